// troth.h over troth::Engine: decode, call, encode (spec 14). No rule of the protocol lives here.
#include <memory>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "capi/command_fields.hpp"
#include "capi/event_fields.hpp"
#include "capi/input_fields.hpp"
#include "capi/query_fields.hpp"
#include "troth.h"

namespace {

class CallbackRng final : public troth::Rng {
 public:
  explicit CallbackRng(const troth_ports& ports) : fill_(ports.random), context_(ports.context) {}
  void fill(troth::MutableBytes out) override { fill_(context_, out.data(), out.size()); }

 private:
  void (*fill_)(void*, std::uint8_t*, std::size_t);
  void* context_;
};

}  // namespace

struct troth_engine {
  explicit troth_engine(const troth_ports& ports) : rng(ports) {}
  ~troth_engine() { troth::secret_wipe(next); }

  CallbackRng rng;
  std::unique_ptr<troth::Engine> engine;
  troth::Bytes answer;  // of the last query
  troth::Bytes next;    // event or effect: a code among them, and so wiped
  int dead = TROTH_OK;  // why no call works any more
  bool in_step = true;  // opening is the first step
};

namespace {

using troth::Bytes;
using troth::ByteView;
using troth::Result;

constexpr std::size_t kAtRestKey = 32;
enum : std::uint64_t { kEffect = 1, kEvent = 2 };

troth::Now at(troth_now now) { return {troth::WallMs{now.wall_ms}, troth::MonoMs{now.mono_ms}}; }

int number(const troth::Error& error) { return static_cast<int>(error.code); }

troth_bytes lend(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

// The core throws nothing itself; the library under it does when memory ends. Half a step is then
// no state to go on from.
template <class Work>
int contain(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return TROTH_NO_MEMORY;
  } catch (...) {
    return static_cast<int>(troth::Errc::internal);
  }
}

template <class Work>
int guarded(troth_engine* engine, bool pointers_given, Work&& work) noexcept {
  if (engine == nullptr || !pointers_given) return TROTH_MISUSE;
  if (engine->dead != TROTH_OK) return engine->dead;
  bool finished = false;
  const int code = contain([&] {
    const Result<> result = work();
    finished = true;
    return result ? TROTH_OK : number(result.error());
  });
  if (!finished) engine->dead = code;
  return code;
}

// A call that begins a step, or goes on with one.
template <class Work>
int step(troth_engine* engine, bool pointers_given, Work&& work) noexcept {
  return guarded(engine, pointers_given, [&]() -> Result<> {
    engine->in_step = true;
    return work(*engine->engine);
  });
}

// The same with a message, whose form is checked before anything begins.
template <class Message, class Work>
int step(troth_engine* engine, const std::uint8_t* data, std::size_t size, bool pointers_given,
         Work&& work) noexcept {
  return guarded(engine, pointers_given && data != nullptr, [&]() -> Result<> {
    TROTH_TRY(auto message, troth::wire::decode<Message>(ByteView{data, size}));
    engine->in_step = true;
    return work(*engine->engine, std::move(message));
  });
}

void wipe(std::string& text) {
  troth::secret_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

// Its bytes are lent out now, and wiped when they are given back.
void forget_code(troth::Event& event) {
  auto* code = std::get_if<troth::PairingCode>(&event);
  if (code == nullptr) return;
  wipe(code->code);
  wipe(code->qr);
}

template <class T>
Bytes encoded(std::uint64_t what, const T& value) {
  Bytes out;
  out.reserve(1024);  // a code, without copies that growing leaves behind
  troth::wire::Writer writer(out);
  writer.array(2);
  writer.uint(what);
  troth::wire::Codec<T>::put(writer, value);
  return out;
}

}  // namespace

extern "C" {

uint32_t troth_abi_version(void) { return TROTH_ABI_VERSION; }

const char* troth_error_name(int code) {
  if (code == TROTH_OK) return "ok";
  if (code == TROTH_NO_MEMORY) return "no_memory";
  if (code == TROTH_MISUSE) return "misuse";
  return code < 0 ? nullptr : troth::errc_name(static_cast<unsigned>(code));
}

int troth_engine_open(const troth_ports* ports, const uint8_t* config, size_t size, troth_now now,
                      troth_engine** engine) {
  const bool given = ports != nullptr && config != nullptr && engine != nullptr;
  if (!given || ports->struct_size < sizeof(troth_ports)) return TROTH_MISUSE;
  if (ports->random == nullptr || ports->at_rest_key == nullptr) return TROTH_MISUSE;
  return contain([&] {
    const auto decoded = troth::wire::decode<troth::Config>(ByteView{config, size});
    if (!decoded) return number(decoded.error());
    auto made = std::make_unique<troth_engine>(*ports);
    const troth::Ports inner{&made->rng, ByteView{ports->at_rest_key, kAtRestKey}};
    auto opened = troth::Engine::open(inner, *decoded, at(now));
    if (!opened) return number(opened.error());
    made->engine = std::move(*opened);
    *engine = made.release();
    return static_cast<int>(TROTH_OK);
  });
}

void troth_engine_close(troth_engine* engine) { const std::unique_ptr<troth_engine> owned(engine); }

int troth_submit(troth_engine* engine, const uint8_t* command, size_t size, troth_now now,
                 uint64_t* ticket) {
  return step<troth::Command>(
      engine, command, size, ticket != nullptr, [&](auto& inner, auto decoded) -> Result<> {
        TROTH_TRY(const auto given, inner.submit(std::move(decoded), at(now)));
        *ticket = given.value;
        return {};
      });
}

int troth_query(troth_engine* engine, const uint8_t* query, size_t size, troth_now now,
                troth_bytes* answer) {
  return guarded(engine, query && answer, [&]() -> Result<> {
    TROTH_TRY(const auto decoded, troth::wire::decode<troth::Query>(ByteView{query, size}));
    return std::visit(
        [&](const auto& one) -> Result<> {
          TROTH_TRY(const auto found, engine->engine->query(one, at(now)));
          engine->answer = troth::wire::encode(found);
          *answer = lend(engine->answer);
          return {};
        },
        decoded);
  });
}

int troth_connected(troth_engine* engine, const uint8_t* link, size_t size, troth_now now,
                    uint64_t* connection) {
  return step<troth::Link>(engine, link, size, connection != nullptr,
                           [&](auto& inner, const auto& decoded) -> Result<> {
                             *connection = inner.connected(decoded, at(now)).value;
                             return {};
                           });
}

int troth_closed(troth_engine* engine, uint64_t connection, troth_now now) {
  return step(engine, true, [&](troth::Engine& inner) -> Result<> {
    inner.closed(troth::ConnId{connection}, at(now));
    return {};
  });
}

int troth_dial_failed(troth_engine* engine, uint64_t attempt, troth_now now) {
  return step(engine, true, [&](troth::Engine& inner) -> Result<> {
    inner.dial_failed(attempt, at(now));
    return {};
  });
}

int troth_receive(troth_engine* engine, uint64_t connection, const uint8_t* bytes, size_t size,
                  troth_now now, size_t* taken) {
  return step(engine, bytes && taken, [&](troth::Engine& inner) -> Result<> {
    TROTH_TRY(*taken, inner.receive(troth::ConnId{connection}, ByteView{bytes, size}, at(now)));
    return {};
  });
}

int troth_pull(troth_engine* engine, uint64_t connection, uint8_t* out, size_t capacity,
               troth_now now, size_t* size) {
  const bool usable = out && size && engine && !engine->in_step;
  return guarded(engine, usable, [&]() -> Result<> {
    *size = engine->engine->pull(troth::ConnId{connection}, {out, capacity}, at(now));
    return {};
  });
}

int troth_answer(troth_engine* engine, uint64_t ticket, const uint8_t* answer, size_t size,
                 troth_now now) {
  return step<troth::Answer>(engine, answer, size, true,
                             [&](auto& inner, const auto& decoded) -> Result<> {
                               inner.answer(troth::Ticket{ticket}, decoded, at(now));
                               return {};
                             });
}

int troth_folder(troth_engine* engine, const uint8_t* report, size_t size, troth_now now) {
  return step<troth::FolderReport>(
      engine, report, size, true, [&](auto& inner, const auto& decoded) -> Result<> {
        if (const auto* entry = std::get_if<troth::FolderEntry>(&decoded)) {
          inner.folder_entry(*entry, at(now));
        } else if (const auto* begins = std::get_if<troth::FolderScanning>(&decoded)) {
          inner.folder_scanning(begins->folder, at(now));
        } else {
          inner.folder_scanned(std::get<troth::FolderScanned>(decoded).folder, at(now));
        }
        return {};
      });
}

int troth_tick(troth_engine* engine, troth_now now) {
  return step(engine, true, [&](troth::Engine& inner) -> Result<> {
    inner.tick(at(now));
    return {};
  });
}

int troth_deadline(const troth_engine* engine, uint64_t* mono_ms) {
  if (engine == nullptr || mono_ms == nullptr) return TROTH_MISUSE;
  if (engine->dead != TROTH_OK) return engine->dead;
  return contain([&] {
    const auto due = engine->engine->deadline();
    *mono_ms = due ? due->ms : TROTH_NEVER;
    return static_cast<int>(TROTH_OK);
  });
}

int troth_commit(troth_engine* engine, troth_now now) {
  const int code =
      guarded(engine, true, [&]() -> Result<> { return engine->engine->commit(at(now)); });
  if (engine == nullptr) return code;
  if (code == TROTH_OK) engine->in_step = false;
  engine->dead = code;
  return code;
}

int troth_next(troth_engine* engine, troth_bytes* next) {
  return guarded(engine, next != nullptr, [&]() -> Result<> {
    troth::secret_wipe(engine->next);
    engine->next.clear();
    if (const auto effect = engine->engine->next_effect()) {
      engine->next = encoded(kEffect, *effect);
    } else if (auto event = engine->engine->next_event()) {
      engine->next = encoded(kEvent, *event);
      forget_code(*event);
    }
    *next = lend(engine->next);
    return {};
  });
}

}  // extern "C"
