// The engine: dispatch only. It enters a step, hands the input to the part that answers for it,
// lets what follows happen, and commits. No protocol rule lives here (design 2).
#include "troth/engine.hpp"

#include "base/assert.hpp"
#include "engine/impl.hpp"

namespace troth {

using namespace device;

Result<> EngineImpl::start() {
  sealing.opened(core->now_.mono);
  peers.wire(&pairing, &files,
             {[this](const CategoryId& category, const std::vector<ItemId>& items) {
                tell_changed(category, items);
              },
              [this] {
                peers.refresh();
                core->data_grew_ = true;
              }});
  peers.set_paused([this](const CategoryId* category, const DeviceId* device) {
    return paused(category, device);
  });
  pairing.set_joined([this] { sealing.opened(core->now_.mono); });
  duties.set_forget([this](const CategoryId& category) {
    files.forget(category);
    core->forget(category);
  });
  TROTH_CHECK(peers.load());
  TROTH_CHECK(pairing.load());
  TROTH_CHECK(pauses.load());
  return files.load();
}

// Whether it is still there takes a look at its row, which a category without deletions is spared.
void EngineImpl::tell_changed(const CategoryId& category, const std::vector<ItemId>& items) {
  const bool any_deleted = core->replica_->totals(category).dead > 0;
  for (const auto& item : items)
    core->changed(category, item, any_deleted && core->is_deleted(category, item));
  files.items_changed(category, items);
}

void EngineImpl::tell_taken_back() {
  for (const auto& [category, items] : std::exchange(core->taken_back_, {})) {
    for (const auto& item : items) core->changed(category, item, core->is_deleted(category, item));
    files.items_changed(category, items);
  }
}

// Before anything else of an input, also of a run's first: what a person asks for at once must not
// be signed by a state that went back (rule 4.5).
void EngineImpl::enter(Now now) {
  core->enter(now);
  core->begin_run();
}

// What an input caused: log duties first, because they decide what may be sealed; both may cause
// more, but every pass either writes an entry, asks the keystore, or seals a bounded number of
// batches.
void EngineImpl::follow() {
  constexpr int kPasses = 4;
  tell_taken_back();
  files.work();
  for (int pass = 0; pass < kPasses && (core->log_grew_ || core->data_grew_); ++pass) {
    if (core->log_grew_) {
      core->log_grew_ = false;
      author.tick();
      duties.run();
      tell_taken_back();
      core->retry_held([this](const CategoryId& category, const std::vector<ItemId>& items) {
        tell_changed(category, items);
      });
      if (core->in_circle()) peers.refresh();
      core->data_grew_ = true;
    }
    if (core->data_grew_) {
      core->data_grew_ = false;
      const auto wanted = sealing.wants_rotation();
      sealing.run([this](const CategoryId& category) { return paused(&category, nullptr); });
      if (sealing.wants_rotation() != wanted) core->log_grew_ = true;
      if (sealing.wants_ack() && duties.ack_soon()) core->log_grew_ = true;
      if (sealing.more()) core->data_grew_ = true;
    }
  }
}

// The log of the database is emptied when nothing happens, so that it need not be when something
// urgent does: a withdrawal, an edit that somebody waits for.
void EngineImpl::rest() {
  if (!rest_at || core->now_.mono < *rest_at || core->db_->in_step()) return;
  rest_at.reset();
  const auto steps = core->db_->committed_steps();
  if (std::exchange(steps_seen, steps) != steps) return rest_later();
  const auto done = core->db_->maintain();
  // Without space it stays longer than it should; nothing is lost.
  if (!done && done.error().code != Errc::disk_full) core->note(done.error());
  steps_rested = steps;
}

void EngineImpl::rest_later() {
  const bool news = core->db_->committed_steps() != steps_rested;
  if (!rest_at && news && core->db_->wants_rest())
    rest_at = MonoMs{core->now_.mono.ms + limits::kRestMs};
}

Engine::Engine(std::unique_ptr<EngineImpl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(const Ports& ports, const Config& config, Now now) {
  TROTH_TRY(auto core, Core::open(ports, config, now));
  auto impl = std::make_unique<EngineImpl>(std::move(core));
  TROTH_CHECK(impl->start());
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Result<Ticket> Engine::submit(Command command, Now now) {
  impl_->enter(now);
  const Ticket ticket{impl_->core->next_ticket()};
  impl_->commands.run(command, ticket);
  if (auto* join = std::get_if<JoinCircle>(&command)) pairing::wipe(join->code);
  impl_->follow();
  return ticket;
}

ConnId Engine::connected(const Link& link, Now now) {
  impl_->enter(now);
  return impl_->peers.connected(link);
}

void Engine::closed(ConnId connection, Now now) {
  impl_->enter(now);
  impl_->peers.closed(connection);
  impl_->follow();
}

void Engine::dial_failed(std::uint64_t attempt, Now now) {
  impl_->enter(now);
  impl_->peers.dial_failed(attempt);
}

Result<std::size_t> Engine::receive(ConnId connection, ByteView bytes, Now now) {
  impl_->enter(now);
  auto taken = impl_->peers.receive(connection, bytes);
  impl_->follow();
  return taken;
}

void Engine::answer(Ticket ticket, const Answer& answer, Now now) {
  impl_->enter(now);
  if (const auto* key = std::get_if<KeyAnswer>(&answer)) {
    impl_->keys.answer(ticket, *key);
  } else if (const auto* heard = std::get_if<Heard>(&answer)) {
    impl_->finder.heard(ticket, *heard);
  } else if (const auto* found = std::get_if<LookedUp>(&answer)) {
    impl_->finder.looked_up(ticket, *found);
  } else {
    impl_->files.answer(ticket, answer);
  }
  impl_->follow();
}

void Engine::folder_entry(const FolderEntry& entry, Now now) {
  impl_->enter(now);
  impl_->files.entry(entry);
  impl_->follow();
}

void Engine::folder_scanning(std::uint32_t folder, Now now) {
  impl_->enter(now);
  impl_->files.scanning(folder);
  impl_->follow();
}

void Engine::folder_scanned(std::uint32_t folder, Now now) {
  impl_->enter(now);
  impl_->files.scanned(folder);
  impl_->follow();
}

void Engine::tick(Now now) {
  auto& core = *impl_->core;
  impl_->enter(now);
  core.keep_clock();
  impl_->peers.tick();
  impl_->pairing.tick();
  impl_->author.tick();
  impl_->duties.tick();
  impl_->rows.tick();
  if (impl_->pauses.tick()) {
    core.data_grew_ = true;
    impl_->peers.resume();
  }
  const auto duty = impl_->duties.deadline();
  if (duty && now.mono >= *duty) core.log_grew_ = true;
  const auto seal = impl_->sealing.deadline();
  if (seal && now.mono >= *seal) core.data_grew_ = true;
  impl_->follow();
  if (impl_->make_durable_at && now.mono >= *impl_->make_durable_at) {
    impl_->make_durable_at.reset();
    if (!core.db_->in_step()) core.good(core.make_durable());
  }
  impl_->rest();
}

void Engine::locking(Now now) {
  impl_->core->enter(now);
  if (impl_->core->in_circle())
    impl_->core->audit(audit::FactKind::locked, impl_->core->self_.view());
}

std::optional<MonoMs> Engine::deadline() const {
  std::optional<MonoMs> at;
  const auto earlier = [&](std::optional<MonoMs> candidate) {
    if (candidate && (!at || *candidate < *at)) at = candidate;
  };
  const auto& core = *impl_->core;
  if (core.log_grew_ || core.data_grew_ || core.out_.anything_pending()) return core.now_.mono;
  earlier(impl_->peers.deadline());
  earlier(impl_->pairing.deadline());
  earlier(impl_->author.deadline());
  earlier(impl_->finder.deadline());
  earlier(impl_->duties.deadline());
  earlier(impl_->rows.deadline());
  earlier(impl_->sealing.deadline());
  earlier(impl_->files.deadline());
  earlier(impl_->make_durable_at);
  earlier(impl_->rest_at);
  if (const auto end = impl_->pauses.next_end()) {
    earlier(MonoMs{core.now_.mono.ms + (end->ms - core.now_.wall.ms) + 1});
  }
  return at;
}

Result<> Engine::commit(Now now) {
  auto& core = *impl_->core;
  core.enter(now);
  impl_->finder.follow();
  TROTH_CHECK(core.commit());
  if (core.needs_durable() && !impl_->make_durable_at) {
    impl_->make_durable_at = MonoMs{now.mono.ms + limits::kDurableMs};
  }
  impl_->rest_later();
  const auto durable = core.take_durable();
  if (!durable.empty()) impl_->peers.data_durable(durable);
  return {};
}

std::size_t Engine::pull(ConnId connection, MutableBytes out, Now now) {
  TROTH_ASSERT(!impl_->core->db_->in_step() || planted(Plant::send_before_commit));
  impl_->core->enter(now);
  return impl_->peers.pull(connection, out);
}

std::optional<Effect> Engine::next_effect() { return impl_->core->out_.next_effect(); }
std::optional<Event> Engine::next_event() { return impl_->core->out_.next_event(); }

template <class Q>
Result<typename Q::Answer> Engine::query(const Q& query, Now now) const {
  impl_->core->enter(now);
  return impl_->queries.answer(query);
}

#define TROTH_QUERY(Q) template Result<Q::Answer> Engine::query<Q>(const Q&, Now) const
TROTH_QUERY(IdentityQuery);
TROTH_QUERY(DevicesQuery);
TROTH_QUERY(CategoriesQuery);
TROTH_QUERY(ConsentQuery);
TROTH_QUERY(OffersQuery);
TROTH_QUERY(ItemQuery);
TROTH_QUERY(ListQuery);
TROTH_QUERY(ChangesQuery);
TROTH_QUERY(HistoryQuery);
TROTH_QUERY(InspectQuery);
TROTH_QUERY(StatusQuery);
TROTH_QUERY(AlertsQuery);
TROTH_QUERY(AuditQuery);
TROTH_QUERY(AuditCheckQuery);
TROTH_QUERY(SetAsideQuery);
TROTH_QUERY(ReceiptQuery);
#undef TROTH_QUERY

}  // namespace troth
