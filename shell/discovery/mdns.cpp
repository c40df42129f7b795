#include "shell/discovery/mdns.hpp"

#include <arpa/inet.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-core/core.h>
#include <avahi-core/log.h>
#include <avahi-core/lookup.h>
#include <avahi-core/publish.h>

#include <algorithm>
#include <map>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/ports.hpp"
#include "shell/discovery/addresses.hpp"
#include "shell/discovery/avahi_loop.hpp"

namespace troth::shell {

namespace {

constexpr const char* kType = "_troth._tcp";
constexpr std::chrono::milliseconds kSettle{300};  // addresses come and go in bursts

// One announcement on one own address: names, a host name and a port of its own.
struct Announcement {
  AvahiSEntryGroup* group = nullptr;
  Door door;
};

class Mdns final : public DiscoveryPort {
 public:
  Mdns(asio::io_context& io, Rng& rng, DiscoveryOptions options)
      : loop_(io), rng_(rng), options_(std::move(options)), soon_(io), second_(io) {
    // What the library logs is for its own daemon; it names hosts and addresses.
    avahi_set_log_function([](AvahiLogLevel, const char*) {});
  }
  ~Mdns() override { stop(); }

  void start(DiscoverySink& sink) override {
    sink_ = &sink;
    ++run_;
  }
  void stop() override {
    sink_ = nullptr;
    ++run_;
    wants_ = {};
    close();
    old_doors_.clear();
  }
  void perform(const Discover& effect) override;
  void perform(const LookUp& effect) override;

 private:
  struct Asked {
    Mdns* mdns;
    Ticket ticket;
    AvahiSServiceResolver* resolver;
  };
  bool open();
  void close();
  void give_up_asked();
  void renew();
  void announce();
  void withdraw();
  bool announce_at(const OwnAddress& own);
  void browse();
  void moved();
  void rename_soon();
  void later(void (Mdns::*what)(), std::chrono::milliseconds in);
  void heard(const char* name);
  void looked_up(const Asked& asked, const std::string& address);
  [[nodiscard]] std::string digits(std::size_t bytes);
  [[nodiscard]] std::string allowed(const AvahiAddress* address, std::uint16_t port) const;

  static void on_server(AvahiServer*, AvahiServerState state, void* self);
  static void on_group(AvahiServer*, AvahiSEntryGroup*, AvahiEntryGroupState state, void* self);
  static void on_browse(AvahiSServiceBrowser*, AvahiIfIndex, AvahiProtocol, AvahiBrowserEvent event,
                        const char* name, const char* type, const char* domain,
                        AvahiLookupResultFlags, void* self);
  static void on_resolve(AvahiSServiceResolver*, AvahiIfIndex, AvahiProtocol,
                         AvahiResolverEvent event, const char* name, const char* type,
                         const char* domain, const char* host, const AvahiAddress* address,
                         std::uint16_t port, AvahiStringList* text, AvahiLookupResultFlags,
                         void* asked);

  AvahiLoop loop_;
  Rng& rng_;
  DiscoveryOptions options_;
  DiscoverySink* sink_ = nullptr;
  std::uint64_t run_ = 0;  // answers to an engine that is gone are dropped
  Discover wants_;
  std::vector<OwnAddress> own_;
  AvahiServer* server_ = nullptr;
  bool running_ = false;
  AvahiSServiceBrowser* browser_ = nullptr;
  std::vector<Announcement> announced_;
  std::vector<Door> old_doors_;  // of the announcement before (spec 15 §4)
  std::map<std::uint64_t, std::unique_ptr<Asked>> asked_;
  std::unique_ptr<AddressWatch> watch_;
  std::uint32_t renames_ = 0;
  bool renaming_ = false;
  Timer soon_;
  Timer second_;
  std::uint64_t heard_this_second_ = 0;
};

std::string Mdns::digits(std::size_t bytes) {
  Bytes out(bytes);
  rng_.fill(out);
  return to_hex(out);
}

void Mdns::perform(const Discover& effect) {
  const bool same = effect.say == wants_.say;
  wants_ = effect;
  if (wants_.say.empty() && !wants_.look) return close();
  if (server_ == nullptr) {
    if (!open() && options_.failed) options_.failed();
    return;
  }
  if (!running_) return;  // on_server goes on
  if (!same) renew();
  browse();
}

bool Mdns::open() {
  own_ = own_addresses(options_.interfaces);
  if (!watch_) {
    watch_ = std::make_unique<AddressWatch>(loop_.io(), [this] { later(&Mdns::moved, kSettle); });
  }
  if (own_.empty()) return true;  // no network: moved() tells when there is one
  AvahiServerConfig config;
  avahi_server_config_init(&config);
  avahi_free(config.host_name);
  config.host_name = avahi_strdup(digits(8).c_str());
  config.use_ipv6 = 0;
  config.publish_hinfo = config.publish_workstation = config.publish_domain = 0;
  config.publish_addresses = 0;  // each announcement has an address under a name of its own
  config.enable_wide_area = 0;
  config.n_cache_entries_max = limits::kMdnsCache;
  for (const auto& own : own_)
    config.allow_interfaces = avahi_string_list_add(config.allow_interfaces, own.name.c_str());
  int error = 0;
  // Its state may be told before this returns; on_server then does nothing.
  auto* server = avahi_server_new(loop_.poll(), &config, &Mdns::on_server, this, &error);
  avahi_server_config_free(&config);
  server_ = server;
  if (server_ == nullptr) return false;
  if (avahi_server_get_state(server_) == AVAHI_SERVER_RUNNING)
    on_server(server_, AVAHI_SERVER_RUNNING, this);
  return true;
}

void Mdns::close() {
  soon_.cancel();
  second_.cancel();
  heard_this_second_ = 0;
  renaming_ = running_ = false;
  watch_.reset();
  withdraw();
  give_up_asked();
  if (browser_ != nullptr) avahi_s_service_browser_free(browser_);
  browser_ = nullptr;
  if (server_ != nullptr) avahi_server_free(server_);
  server_ = nullptr;
}

// Whoever asked keeps no time of its own: nobody would ever hear of these again.
void Mdns::give_up_asked() {
  for (const auto& [ticket, asked] : asked_) {
    avahi_s_service_resolver_free(asked->resolver);
    post(loop_.io(), [this, given = asked->ticket, run = run_] {
      if (sink_ != nullptr && run_ == run) sink_->on_discovery_answer(given, LookedUp{""});
    });
  }
  asked_.clear();
}

void Mdns::later(void (Mdns::*what)(), std::chrono::milliseconds in) {
  soon_.set(in, [this, what] { (this->*what)(); });
}

// Other addresses: everything anew, under new names, so that nothing ties the old place to the new.
void Mdns::moved() {
  if (own_ == own_addresses(options_.interfaces)) return;
  close();
  if (!open() && options_.failed) options_.failed();
}

void Mdns::on_server(AvahiServer* server, AvahiServerState state, void* self) {
  auto& mdns = *static_cast<Mdns*>(self);
  if (mdns.server_ != server || state != AVAHI_SERVER_RUNNING || mdns.running_) return;
  mdns.running_ = true;
  mdns.renew();
  mdns.browse();
}

// ---- saying

void Mdns::renew() {
  renames_ = 0;
  withdraw();
  announce();
}

void Mdns::withdraw() {
  if (announced_.empty()) return;
  old_doors_.clear();
  for (auto& one : announced_) {
    if (one.group != nullptr) avahi_s_entry_group_free(one.group);
    old_doors_.push_back(std::move(one.door));
  }
  announced_.clear();
}

void Mdns::announce() {
  if (wants_.say.empty()) return;
  bool all = true;
  for (const auto& own : own_) all = announce_at(own) && all;
  if (!all && options_.failed) options_.failed();
}

bool Mdns::announce_at(const OwnAddress& own) {
  auto door = options_.open_door(own.text());
  if (!door) return false;
  Announcement one{avahi_s_entry_group_new(server_, &Mdns::on_group, this), std::move(*door)};
  if (one.group == nullptr) return false;
  const std::string host = digits(8) + ".local";
  AvahiAddress address{};
  address.proto = AVAHI_PROTO_INET;
  address.data.ipv4.address = htonl(own.address);
  bool good = avahi_server_add_address(server_, one.group, own.interface, AVAHI_PROTO_INET,
                                       AVAHI_PUBLISH_NO_REVERSE, host.c_str(), &address) >= 0;
  for (const auto& stem : wants_.say) {
    const std::string name = stem + "-" + digits(4);
    good = good && avahi_server_add_service_strlst(
                       server_, one.group, own.interface, AVAHI_PROTO_INET, AvahiPublishFlags{},
                       name.c_str(), kType, nullptr, host.c_str(), one.door.port, nullptr) >= 0;
  }
  good = good && avahi_s_entry_group_commit(one.group) >= 0;
  announced_.push_back(std::move(one));
  return good;
}

void Mdns::on_group(AvahiServer*, AvahiSEntryGroup*, AvahiEntryGroupState state, void* self) {
  if (state == AVAHI_ENTRY_GROUP_COLLISION) static_cast<Mdns*>(self)->rename_soon();
}

// Somebody claims a name of ours, by chance or on purpose: other digits, a few times.
void Mdns::rename_soon() {
  if (renaming_ || renames_ >= limits::kMdnsRenames) return;
  renaming_ = true;
  ++renames_;
  post(loop_.io(), [this, server = server_] {
    if (server_ != server || !renaming_) return;
    renaming_ = false;
    withdraw();
    announce();
  });
}

// ---- hearing

void Mdns::browse() {
  if (browser_ != nullptr) avahi_s_service_browser_free(browser_);
  browser_ = nullptr;
  if (!wants_.look) return;
  browser_ = avahi_s_service_browser_new(server_, AVAHI_IF_UNSPEC, AVAHI_PROTO_INET, kType, nullptr,
                                         AVAHI_LOOKUP_USE_MULTICAST, &Mdns::on_browse, this);
}

void Mdns::on_browse(AvahiSServiceBrowser*, AvahiIfIndex, AvahiProtocol, AvahiBrowserEvent event,
                     const char* name, const char*, const char*, AvahiLookupResultFlags,
                     void* self) {
  if (event == AVAHI_BROWSER_NEW && name != nullptr) static_cast<Mdns*>(self)->heard(name);
}

void Mdns::heard(const char* name) {
  const std::string text(name);
  if (sink_ == nullptr || text.size() > limits::kDiscoveryName) return;
  if (heard_this_second_ == 0)
    second_.set(std::chrono::seconds(1), [this] { heard_this_second_ = 0; });
  if (++heard_this_second_ > limits::kHeardPerSecond) return;
  post(loop_.io(), [this, text, ticket = wants_.ticket, server = server_] {
    if (sink_ != nullptr && server_ == server) sink_->on_discovery_answer(ticket, Heard{text});
  });
}

void Mdns::perform(const LookUp& effect) {
  auto asked = std::make_unique<Asked>(Asked{this, effect.ticket, nullptr});
  if (running_ && asked_.size() < limits::kLookUps) {
    asked->resolver = avahi_s_service_resolver_new(
        server_, AVAHI_IF_UNSPEC, AVAHI_PROTO_INET, effect.name.c_str(), kType, nullptr,
        AVAHI_PROTO_INET,
        static_cast<AvahiLookupFlags>(AVAHI_LOOKUP_USE_MULTICAST | AVAHI_LOOKUP_NO_TXT),
        &Mdns::on_resolve, asked.get());
  }
  if (asked->resolver == nullptr) return looked_up(*asked, "");
  asked_.emplace(effect.ticket.value, std::move(asked));
}

void Mdns::on_resolve(AvahiSServiceResolver*, AvahiIfIndex, AvahiProtocol, AvahiResolverEvent event,
                      const char*, const char*, const char*, const char*,
                      const AvahiAddress* address, std::uint16_t port, AvahiStringList*,
                      AvahiLookupResultFlags, void* user) {
  const auto& asked = *static_cast<Asked*>(user);
  const bool found = event == AVAHI_RESOLVER_FOUND;
  asked.mdns->looked_up(asked, found ? asked.mdns->allowed(address, port) : std::string());
}

std::string Mdns::allowed(const AvahiAddress* address, std::uint16_t port) const {
  if (address == nullptr || address->proto != AVAHI_PROTO_INET) return "";
  OwnAddress it;
  it.address = ntohl(address->data.ipv4.address);
  return may_dial(own_, it.address, port) ? it.text() + ":" + std::to_string(port) : "";
}

// Never from within the library's callback: the resolver ends there, once.
void Mdns::looked_up(const Asked& asked, const std::string& address) {
  post(loop_.io(), [this, ticket = asked.ticket, address, server = server_] {
    if (server_ != server || sink_ == nullptr) return;
    if (const auto at = asked_.find(ticket.value); at != asked_.end()) {
      avahi_s_service_resolver_free(at->second->resolver);
      asked_.erase(at);
    }
    sink_->on_discovery_answer(ticket, LookedUp{address});
  });
}

}  // namespace

std::unique_ptr<DiscoveryPort> make_discovery(asio::io_context& io, Rng& rng,
                                              DiscoveryOptions options) {
  return std::make_unique<Mdns>(io, rng, std::move(options));
}

}  // namespace troth::shell
