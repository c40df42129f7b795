#include "base/wordlist.hpp"

#include <algorithm>
#include <array>

namespace troth {

namespace {
// Common English words that sound unlike each other when read aloud: no two share their first four
// letters, none is one letter away from another. Order and content are part of the protocol (spec
// 08).
constexpr std::array<std::string_view, kWords> kWordList{
    "abacus", "able",   "abroad", "absorb", "accent", "acorn",  "acre",   "action", "actor",
    "adapt",  "adjust", "admire", "adult",  "adverb", "advice", "aerial", "affair", "afford",
    "again",  "agenda", "agree",  "ahead",  "alarm",  "album",  "alcove", "alert",  "alley",
    "almond", "alpine", "also",   "alumni", "always", "amber",  "amount", "ample",  "amuse",
    "anchor", "animal", "ankle",  "annual", "answer", "anvil",  "apart",  "appear", "april",
    "apron",  "arcade", "arch",   "arctic", "area",   "argue",  "arise",  "armor",  "aroma",
    "around", "arrow",  "artist", "ascend", "ashore", "aside",  "asleep", "aspect", "asset",
    "assist", "aster",  "atlas",  "atom",   "attic",  "auburn", "august", "aurora", "author",
    "autumn", "avenue", "avoid",  "awake",  "award",  "axis",   "azure",  "baby",   "bacon",
    "badge",  "bagel",  "bakery", "ballet", "bamboo", "banana", "banjo",  "banner", "barely",
    "barn",   "barrel", "basic",  "basket", "bath",   "bazaar", "beagle", "beam",   "beard",
    "beauty", "beaver", "become", "beetle", "before", "behave", "belief", "belong", "bench",
    "beside", "better", "beyond", "bike",   "bingo",  "birch",  "bird",   "bishop", "blend",
    "blink",  "boat",   "bobcat", "body",   "bogus",  "boil",   "book",   "boost",  "borrow",
    "botany", "bottle", "bounce", "boxer",  "brave",  "breeze", "brick",  "bridge", "bright",
    "bronze", "brown",  "brush",  "bubble", "bucket", "buddy",  "budget", "bulb",   "bumper",
    "busy",   "buyer",  "buzzer", "cabin",  "cactus", "cadet",  "cafe",   "calm",   "camel",
    "campus", "canal",  "candle", "canoe",  "canyon", "carbon", "cargo",  "carpet", "carve",
    "cashew", "castle", "casual", "celery", "cement", "chair",  "chalk",  "charm",  "chase",
    "cheese", "cherry", "chess",  "chief",  "chip",   "chorus", "chrome", "cider",  "cinema",
    "circle", "citrus", "city",   "civil",  "clap",   "clean",  "clerk",  "clever", "client",
    "climb",  "cling",  "clock",  "cloud",  "clown",  "club",   "coach",  "coast",  "cobalt",
    "code",   "coffee", "coin",   "cold",   "collar", "color",  "column", "comet",  "comic",
    "common", "condor", "copper", "copy",   "coral",  "corner", "cougar", "couple", "cousin",
    "cover",  "cowboy", "coyote", "crab",   "cradle", "crane",  "crayon", "cream",  "crisp",
    "crocus", "crop",   "cross",  "crowd",  "crumb",  "cube",   "cuckoo", "curl",   "custom",
    "cycle",  "dahlia", "daily",  "damp",   "dance",  "dapper", "daring", "data",   "dawn",
    "dazzle", "debate", "decade", "deck",   "deep",   "degree", "demand", "denim",  "deputy",
    "derby",  "detail", "device", "devote", "dial",   "diary",  "diesel", "differ", "dine",
    "dinner", "direct", "dish",   "ditch",  "divide", "dizzy",  "doctor", "dodge",  "domain",
    "donate", "donkey", "donor",  "double", "dough",  "dozen",  "dragon", "drama",  "dress",
    "drift",  "drink",  "drive",  "drum",   "dryer",  "duet",   "dusk",   "duty",   "dwarf",
    "dwell",  "eager",  "early",  "earth",  "easel",  "east",   "echo",   "edge",   "edit",
    "effort", "elbow",  "elder",  "elite",  "else",   "embark", "emblem", "empire", "employ",
    "enable", "enamel", "encore", "energy", "engine", "enjoy",  "enlist", "enough", "enrich",
    "ensure", "enter",  "entire", "entry",  "envy",   "equal",  "equip",  "escape", "essay",
    "estate", "ethics", "evolve", "exact",  "excite", "exist",  "exotic", "expand", "expert",
    "extend", "extra",  "fabric", "face",   "faith",  "falcon", "family", "famous", "fancy",
    "farm",   "faucet", "feed",   "fellow", "fence",  "fennel", "fern",   "fetch",  "fiber",
    "fiddle", "field",  "figure", "filter", "final",  "finch",  "finger", "fire",   "first",
    "flag",   "flame",  "flash",  "flavor", "fleet",  "flight", "flint",  "float",  "floor",
    "flora",  "fluent", "flute",  "flyer",  "foam",   "focus",  "foggy",  "folder", "folk",
    "fond",   "forest", "formal", "forum",  "fossil", "foster", "free",   "fresh",  "friend",
    "frog",   "front",  "frozen", "fruit",  "fudge",  "fuel",   "funny",  "furry",  "future",
    "gadget", "galaxy", "game",   "garage", "garden", "garlic", "gather", "gauge",  "gecko",
    "genius", "gentle", "gerbil", "geyser", "giant",  "gift",   "giggle", "give",   "glad",
    "glass",  "gleam",  "glide",  "globe",  "glory",  "glow",   "glue",   "goal",   "goblet",
    "golf",   "good",   "goose",  "gopher", "govern", "grace",  "grain",  "grand",  "green",
    "grid",   "grill",  "group",  "grove",  "growth", "guava",  "guitar", "gull",   "gust",
    "gutter", "habit",  "half",   "hamlet", "hammer", "hand",   "happy",  "harbor", "harp",
    "hawk",   "hazel",  "health", "heart",  "heavy",  "height", "helmet", "herald", "herb",
    "hiccup", "hidden", "hiking", "hill",   "hinge",  "hippo",  "hobby",  "hockey", "hollow",
    "honest", "hope",   "hornet", "host",   "hotel",  "huddle", "humble", "hummus", "husky",
    "hybrid", "hyphen", "icing",  "icon",   "idea",   "igloo",  "iguana", "image",  "impact",
    "import", "inbox",  "indigo", "indoor", "inform", "inject", "inlet",  "input",  "inside",
    "intact", "invest", "invite", "iris",   "item",   "ivory",  "jacket", "jaguar", "jazz",
    "jeans",  "jelly",  "jersey", "jester", "jigsaw", "jogger", "joke",   "joyful", "juggle",
    "juice",  "july",   "jumbo",  "jump",   "june",   "junior", "kale",   "kayak",  "keen",
    "kettle", "kind",   "kiosk",  "kite",   "kitten", "kiwi",   "koala",  "label",  "labor",
    "ladder", "lagoon", "lake",   "lamb",   "laptop", "large",  "lasso",  "later",  "laugh",
    "leaf",   "league", "learn",  "legend", "lemon",  "length", "lens",   "level",  "likely",
    "lilac",  "limber", "limit",  "linen",  "lion",   "liquid", "list",   "little", "lizard",
    "local",  "locust", "logic",  "longer", "lotus",  "lounge", "lucky",  "lunar",  "lunch",
    "luxury", "lyric",  "magic",  "major",  "makeup", "mammal", "manage", "mango",  "maple",
    "marble", "margin", "market", "marsh",  "mascot", "match",  "matrix", "meadow", "meal",
    "melody", "member", "memory", "menu",   "merit",  "merry",  "meteor", "method", "metro",
    "mighty", "mild",   "minnow", "minute", "mirror", "mister", "mobile", "model",  "module",
    "moment", "monday", "money",  "month",  "moon",   "mosaic", "moss",   "motor",  "mouse",
    "movie",  "muffin", "mule",   "mural",  "museum", "music",  "mutual", "myself", "myth",
    "napkin", "nation", "nature", "navy",   "near",   "nebula", "nectar", "needle", "nephew",
    "nest",   "never",  "nickel", "nimble", "noble",  "noise",  "nomad",  "noodle", "north",
    "notice", "novel",  "nozzle", "nugget", "number", "nurse",  "nutmeg", "nylon",  "oasis",
    "obey",   "object", "oblong", "oboe",   "obtain", "occur",  "ocean",  "offer",  "office",
    "often",  "okra",   "olive",  "omelet", "onion",  "online", "only",   "onward", "opal",
    "opera",  "oppose", "orange", "orbit",  "order",  "organ",  "orient", "osprey", "other",
    "oven",   "owner",  "oxygen", "oyster", "ozone",  "paddle", "page",   "pajama", "palace",
    "panda",  "panel",  "papaya", "paper",  "parade", "parcel", "parent", "park",   "parrot",
    "party",  "pasta",  "patrol", "peanut", "pebble", "pecan",  "pencil", "people", "pepper",
    "period", "permit", "person", "phone",  "photo",  "phrase", "piano",  "picnic", "pigeon",
    "pillow", "pilot",  "pink",   "pirate", "pixel",  "pizza",  "planet", "plenty", "plug",
    "pocket", "podium", "poet",   "point",  "polar",  "polka",  "pony",   "pool",   "poppy",
    "porch",  "potato", "powder", "prefer", "pretty", "price",  "proof",  "proper", "proud",
    "prune",  "public", "pulse",  "pupil",  "puppet", "purple", "puzzle", "python", "quail",
    "query",  "quest",  "quick",  "quiet",  "quill",  "quince", "quiz",   "quota",  "rabbit",
    "radar",  "radio",  "raft",   "rally",  "ranch",  "random", "rapid",  "rattle", "raven",
    "ravine", "razor",  "reach",  "ready",  "reason", "recall", "recipe", "record", "reduce",
    "reef",   "reform", "region", "relax",  "remain", "remedy", "remote", "render", "renew",
    "repair", "reply",  "report", "rescue", "result", "retire", "return", "reveal", "reward",
    "rhino",  "rhythm", "ribbon", "ride",   "rigid",  "ripple", "river",  "road",   "robin",
    "robot",  "rodeo",  "rogue",  "room",   "rotate", "royal",  "rubber", "ruby",   "rudder",
    "ruler",  "runner", "rustic", "safari", "salad",  "salmon", "salt",   "salute", "sandal",
    "saturn", "scale",  "scarf",  "school", "score",  "scout",  "screen", "script", "scrub",
    "second", "secret", "select", "senior", "sequel", "series", "seven",  "share",  "shelf",
    "shield", "shine",  "shirt",  "shop",   "shovel", "shower", "shrimp", "siesta", "silent",
    "silk",   "silver", "simple", "since",  "siren",  "sketch", "skill",  "skunk",  "slate",
    "slice",  "slim",   "slogan", "small",  "smart",  "smile",  "smoke",  "smooth", "snack",
    "snail",  "snow",   "soap",   "soccer", "social", "sock",   "soda",   "soft",   "solid",
    "solve",  "song",   "sonic",  "south",  "space",  "speak",  "sphere", "spider", "spike",
    "spiral", "splash", "sponge", "sport",  "spray",  "spring", "spruce", "square", "squid",
    "stable", "stamp",  "star",   "steam",  "step",   "stick",  "stone",  "stool",  "strap",
    "street", "subtle", "sugar",  "summer", "sunset", "swan",   "swift",  "swing",  "switch",
    "syrup",  "system", "tackle", "taco",   "tailor", "talent", "talk",   "tape",   "target",
    "tariff", "tavern", "taxi",   "teapot", "teddy",  "temple", "tenant", "tennis", "tent",
    "term",   "thank",  "theme",  "theory", "thick",  "thirty", "this",   "thorn",  "thread",
    "thrive", "thumb",  "ticket", "tidal",  "tidy",   "tiger",  "tinker", "tissue", "title",
    "today",  "tomato", "tongue", "topaz",  "topic",  "total",  "toucan", "towel",  "town",
    "track",  "trade",  "travel", "treble", "tribe",  "trio",   "triple", "trophy", "true",
    "trust",  "truth",  "tulip",  "tundra", "tunnel", "turkey", "turnip", "turtle", "tutor",
    "tuxedo", "twelve", "twenty", "twig",   "twist",  "uncle",  "under",  "unique", "unit",
    "unlock", "until",  "update", "uphill", "upper",  "upward", "urban",  "urgent", "useful",
    "usher",  "usual",  "vacuum", "valid",  "value",  "vapor",  "vase",   "vault",  "vegan",
    "velvet", "vendor", "verify", "vessel", "video",  "view",   "vinyl",  "violin", "virtue",
    "visit",  "visual", "vital",  "vivid",  "voice",  "wagon",  "wash",   "wise",   "word",
    "yacht",  "yard",   "yoga",   "young",  "zebra",  "zesty",  "zinc",
};
}  // namespace

std::string_view word(std::uint32_t index) { return kWordList[index % kWords]; }

std::optional<std::uint32_t> word_index(std::string_view text) {
  if (text.size() < kWordPrefix) return std::nullopt;
  // The first four letters name a word; what follows them must agree as far as it goes.
  const auto found =
      std::lower_bound(kWordList.begin(), kWordList.end(), text.substr(0, kWordPrefix));
  if (found == kWordList.end() || !found->starts_with(text)) return std::nullopt;
  return static_cast<std::uint32_t>(found - kWordList.begin());
}

std::string words_of(ByteView bits, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t index = 0;
    for (std::size_t bit = i * kWordBits; bit < (i + 1) * kWordBits; ++bit) {
      const std::uint32_t byte = bit / 8 < bits.size() ? bits[bit / 8] : 0U;
      index = (index << 1) | ((byte >> (7 - bit % 8)) & 1U);
    }
    if (!out.empty()) out.push_back(' ');
    out += word(index);
  }
  return out;
}

}  // namespace troth
