/* Two devices in one process, in C99 and through libtroth only: they pair with a code, an item goes
   over, an edit comes back, and a withdrawal stops the next one. Time is counted, not waited for.
 */
#include <stdio.h>

#include "docs/examples/keys_openssl.h"
#include "docs/examples/tiny_cbor.h"
#include "include/troth.h"

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                        \
    }                                                                 \
  } while (0)

enum { DONE = 1, FAILED, CODE, APPLICANT, CHECK_SHOWN, OFFER, PAIRED, PAIRING_FAILED, CHANGED };
enum { LINKS = 16, EVENTS = 17 };

typedef struct device {
  const char* name;
  troth_engine* engine;
  keys keys;
  struct device* other;
  uint8_t event[EVENTS][1024]; /* the last of each kind, with its size in front */
  size_t event_size[EVENTS];
  unsigned seen[EVENTS];
} device;

typedef struct link { /* side 0 dialled */
  device* side[2];
  uint64_t id[2];
  int closing, open;
  uint8_t wire[2][16384]; /* pulled from a side, not yet taken by the other */
  size_t waiting[2];
} link;

static link links[LINKS];
static troth_now now = {1800000000000u, 0};

static void fill(void* context, uint8_t* data, size_t size) {
  (void)context;
  must(RAND_bytes(data, (int)size) == 1);
}

static void open_device(device* d, const char* name, device* other) {
  troth_ports ports = {sizeof ports, fill, NULL, d->keys.at_rest};
  uint8_t point[65], zero[16] = {0};
  out o = {{0}, 0};
  int i;
  d->name = name;
  d->other = other;
  keys_make(&d->keys);
  put_head(&o, 5, 11);
  put_uint(&o, 1), put_text(&o, ":memory:");
  put_uint(&o, 2), put_text(&o, "");
  for (i = KEY_SIGN; i <= KEY_APPROVE; ++i) {
    keys_public(&d->keys, i, point);
    put_uint(&o, 2 + (unsigned)i), put_bytes(&o, point, sizeof point);
  }
  put_uint(&o, 6), put_uint(&o, 4);
  put_uint(&o, 7), put_bytes(&o, d->keys.home, sizeof d->keys.home);
  put_uint(&o, 8), put_bytes(&o, zero, sizeof zero);
  put_uint(&o, 9), put_uint(&o, 0);
  put_uint(&o, 10), put_bytes(&o, "\1\2", 2);
  put_uint(&o, 11), put_text(&o, name);
  CHECK(troth_engine_open(&ports, o.data, o.size, now, &d->engine) == TROTH_OK);
}

/* ---- what the engine asks for ---- */

static void answer(device* d, uint64_t ticket, const out* o) {
  CHECK(troth_answer(d->engine, ticket, o->data, o->size, now) == TROTH_OK);
}

static void key_operation(device* d, value body) {
  const value request = field(body, 2), input = field(request, 2);
  uint8_t result[64];
  const size_t made =
      keys_perform(&d->keys, (int)field(request, 1).number, input.data, input.size, result);
  out o;
  put_kind(&o, 1, 3);
  put_uint(&o, 1), put_bool(&o, made > 0);
  put_uint(&o, 2), put_uint(&o, 301);
  put_uint(&o, 3), put_bytes(&o, result, made);
  answer(d, field(body, 1).number, &o);
  OPENSSL_cleanse(result, sizeof result);
  OPENSSL_cleanse(&o, sizeof o);
}

static uint64_t connect_one(device* d, int outgoing, uint64_t attempt) {
  uint64_t id = 0;
  out o = {{0}, 0};
  put_head(&o, 5, 3);
  put_uint(&o, 1), put_bool(&o, outgoing);
  put_uint(&o, 2), put_uint(&o, attempt);
  put_uint(&o, 3), put_text(&o, d->other->name);
  CHECK(troth_connected(d->engine, o.data, o.size, now, &id) == TROTH_OK);
  return id;
}

static void dial(device* d, value body) {
  int i = 0;
  while (i < LINKS && links[i].open) ++i;
  CHECK(i < LINKS);
  links[i].side[0] = d;
  links[i].side[1] = d->other;
  links[i].id[0] = connect_one(d, 1, field(body, 1).number);
  links[i].id[1] = connect_one(d->other, 0, 0);
  links[i].closing = 0;
  links[i].waiting[0] = links[i].waiting[1] = 0;
  links[i].open = 1;
}

static void effect(device* d, uint64_t kind, value body) {
  out o;
  int i;
  if (kind == 1) key_operation(d, body);
  if (kind == 2) dial(d, body);
  for (i = 0; kind == 3 && i < LINKS; ++i) {
    const int side = links[i].side[1] == d;
    if (links[i].open && links[i].id[side] == field(body, 1).number) links[i].closing = 1;
  }
  if (kind == 12) {
    put_kind(&o, 5, 0);
    answer(d, field(body, 1).number, &o);
  }
}

static void event(device* d, uint64_t kind, troth_bytes all) {
  if (kind >= EVENTS) return;
  CHECK(all.size <= sizeof d->event[kind]);
  memcpy(d->event[kind], all.data, all.size);
  d->event_size[kind] = all.size;
  ++d->seen[kind];
}

/* ---- the loop of a shell ---- */

static int settle(device* d) {
  troth_bytes next;
  int busy = 0;
  CHECK(troth_commit(d->engine, now) == TROTH_OK);
  for (;;) {
    CHECK(troth_next(d->engine, &next) == TROTH_OK);
    if (next.size == 0) return busy;
    {
      const value all = get(next.data, next.data + next.size), one = element(all, 1);
      busy = 1;
      if (element(all, 0).number == 1) {
        effect(d, element(one, 0).number, element(one, 1));
        CHECK(troth_commit(d->engine, now) == TROTH_OK);
      } else {
        event(d, element(one, 0).number, next);
      }
    }
  }
}

static int move(link* l, int from) {
  device* to = l->side[!from];
  uint8_t* wire = l->wire[from];
  size_t size = l->waiting[from], taken = 0;
  int pulled;
  CHECK(troth_commit(l->side[from]->engine, now) == TROTH_OK);
  if (size == 0) {
    CHECK(troth_pull(l->side[from]->engine, l->id[from], wire, sizeof l->wire[from], now, &size) ==
          TROTH_OK);
  }
  pulled = size > l->waiting[from];
  if (size == 0) return 0;
  if (troth_receive(to->engine, l->id[!from], wire, size, now, &taken) != TROTH_OK) {
    l->closing = 1;
    taken = size;
  }
  settle(to);
  l->waiting[from] = size - taken; /* back-pressure: the rest is offered again */
  memmove(wire, wire + taken, size - taken);
  return pulled || taken > 0;
}

static int turn(device* a, device* b) {
  int busy = settle(a) | settle(b), i;
  for (i = 0; i < LINKS; ++i) {
    if (!links[i].open) continue;
    while (move(&links[i], 0) | move(&links[i], 1)) busy = 1;
    if (!links[i].closing) continue;
    links[i].open = 0;
    CHECK(troth_closed(links[i].side[0]->engine, links[i].id[0], now) == TROTH_OK);
    CHECK(troth_closed(links[i].side[1]->engine, links[i].id[1], now) == TROTH_OK);
    busy = 1;
  }
  return busy;
}

static void run(device* a, uint64_t ms) {
  const uint64_t until = now.mono_ms + ms;
  while (now.mono_ms < until) {
    while (turn(a, a->other)) {
    }
    now.mono_ms += 5;
    now.wall_ms += 5;
    CHECK(troth_tick(a->engine, now) == TROTH_OK);
    CHECK(troth_tick(a->other->engine, now) == TROTH_OK);
  }
}

/* ---- what a person does ---- */

static void submit(device* d, const out* o) {
  uint64_t ticket = 0;
  const int code = troth_submit(d->engine, o->data, o->size, now, &ticket);
  if (code != TROTH_OK) fprintf(stderr, "%s: %s\n", d->name, troth_error_name(code));
  CHECK(code == TROTH_OK && ticket != 0);
  run(d, 200);
  if (d->seen[FAILED] > 0) {
    const value all = get(d->event[FAILED], d->event[FAILED] + d->event_size[FAILED]);
    fprintf(stderr, "%s\n", troth_error_name((int)field(element(element(all, 1), 1), 2).number));
  }
  CHECK(d->seen[FAILED] == 0);
}

static value last(device* d, int kind, uint64_t key) {
  CHECK(d->seen[kind] > 0);
  return field(element(element(get(d->event[kind], d->event[kind] + d->event_size[kind]), 1), 1),
               key);
}

static void copy_text(out* o, value text) {
  CHECK(text.major == 3);
  put_head(o, 3, text.size);
  put_raw(o, text.data, text.size);
}

static void init(device* d, int join) {
  out o;
  put_kind(&o, 1, 5);
  put_uint(&o, 1), put_text(&o, d->name);
  put_uint(&o, 2), put_text(&o, "Ada");
  put_uint(&o, 3), put_text(&o, "model");
  put_uint(&o, 4), put_text(&o, "os");
  put_uint(&o, 5), put_bool(&o, join);
  submit(d, &o);
}

static void create_category(device* d, uint8_t category[16]) {
  value id;
  out o;
  put_kind(&o, 12, 3);
  put_uint(&o, 1), put_text(&o, "notes");
  put_uint(&o, 2), put_text(&o, "to write everywhere");
  put_uint(&o, 3), put_text(&o, "notes");
  submit(d, &o);
  id = last(d, DONE, 2);
  CHECK(id.size == 16);
  memcpy(category, id.data, 16);
}

static void put_item(device* d, const uint8_t category[16], const char* body) {
  const uint8_t item[16] = {1, 2, 3};
  out o;
  put_kind(&o, 20, 3);
  put_uint(&o, 1), put_bytes(&o, category, 16);
  put_uint(&o, 2), put_bytes(&o, item, 16);
  put_uint(&o, 3), put_head(&o, 4, 1), put_head(&o, 5, 2);
  put_uint(&o, 1), put_text(&o, "body");
  put_uint(&o, 2), put_bytes(&o, body, strlen(body));
  submit(d, &o);
}

static int has_item(device* d, const uint8_t category[16], const char* body) {
  const uint8_t item[16] = {1, 2, 3};
  troth_bytes found;
  value bytes;
  out o;
  put_kind(&o, 6, 2);
  put_uint(&o, 1), put_bytes(&o, category, 16);
  put_uint(&o, 2), put_bytes(&o, item, 16);
  if (troth_query(d->engine, o.data, o.size, now, &found) != TROTH_OK) return 0;
  bytes = field(element(field(get(found.data, found.data + found.size), 3), 0), 2);
  return bytes.size == strlen(body) && memcmp(bytes.data, body, bytes.size) == 0;
}

static void pair(device* sponsor, device* applicant, const uint8_t category[16]) {
  out o;
  put_kind(&o, 2, 3);
  put_uint(&o, 1), put_text(&o, "so that you can write on your phone");
  put_uint(&o, 2), put_bool(&o, 0);
  put_uint(&o, 3), put_uint(&o, 180000);
  submit(sponsor, &o);

  put_kind(&o, 4, 3);
  put_uint(&o, 1), copy_text(&o, last(sponsor, CODE, 2));
  put_uint(&o, 2), put_text(&o, sponsor->name);
  put_uint(&o, 3), put_text(&o, "");
  submit(applicant, &o);

  put_kind(&o, 3, 4);
  put_uint(&o, 1), put_uint(&o, last(sponsor, APPLICANT, 1).number);
  put_uint(&o, 2), put_bool(&o, 0);
  put_uint(&o, 3), copy_text(&o, last(applicant, CHECK_SHOWN, 2));
  put_uint(&o, 4), put_head(&o, 4, 1), put_head(&o, 5, 4);
  put_uint(&o, 1), put_bytes(&o, category, 16);
  put_uint(&o, 2), put_uint(&o, 3);
  put_uint(&o, 3), put_uint(&o, 0);
  put_uint(&o, 4), put_uint(&o, 1);
  submit(sponsor, &o);

  put_kind(&o, 5, 3);
  put_uint(&o, 1), put_uint(&o, last(applicant, OFFER, 1).number);
  put_uint(&o, 2), put_bool(&o, 0);
  put_uint(&o, 3), put_head(&o, 4, 1), put_bytes(&o, category, 16);
  submit(applicant, &o);
  CHECK(sponsor->seen[PAIRED] == 1 && applicant->seen[PAIRED] == 1);
}

static void withdraw(device* d, const uint8_t category[16]) {
  out o;
  put_kind(&o, 16, 2);
  put_uint(&o, 1), put_bytes(&o, category, 16);
  put_uint(&o, 2), put_bytes(&o, last(d, PAIRED, 2).data, 32);
  submit(d, &o);
}

int main(void) {
  static device laptop, phone;
  uint8_t category[16];
  uint64_t due = 0;

  CHECK(troth_abi_version() == TROTH_ABI_VERSION);
  open_device(&laptop, "laptop", &phone);
  open_device(&phone, "phone", &laptop);
  init(&laptop, 0);
  init(&phone, 1);
  create_category(&laptop, category);
  put_item(&laptop, category, "from the laptop");
  CHECK(has_item(&laptop, category, "from the laptop"));

  pair(&laptop, &phone, category);
  run(&laptop, 3000);
  CHECK(has_item(&phone, category, "from the laptop"));
  CHECK(phone.seen[CHANGED] > 0);
  put_item(&phone, category, "from the phone");
  run(&laptop, 1000);
  CHECK(has_item(&laptop, category, "from the phone"));
  CHECK(troth_deadline(phone.engine, &due) == TROTH_OK && due > now.mono_ms);

  withdraw(&laptop, category);
  run(&laptop, 1000);
  put_item(&laptop, category, "not for the phone");
  run(&laptop, 1000);
  CHECK(has_item(&laptop, category, "not for the phone"));
  CHECK(!has_item(&phone, category, "not for the phone"));

  troth_engine_close(phone.engine);
  troth_engine_close(laptop.engine);
  keys_free(&phone.keys);
  keys_free(&laptop.keys);
  puts("two devices paired, an item went over, an edit came back, a withdrawal held");
  return 0;
}
