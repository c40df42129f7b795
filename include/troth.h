/*
 * troth.h: the C interface of troth (C99), for Swift and every language that can call C.
 *
 * One engine is one device. It has no clock, socket, thread or file but its database: the program
 * feeds it bytes, answers and time, ends the step with troth_commit, then carries out what
 * troth_next hands over and sends what troth_pull makes. Nothing exists outside before the commit.
 * Commands, queries, answers, events and effects cross as CBOR whose kinds and fields are in
 * docs/spec/14-capi.md, so these functions do not change when troth learns something new.
 *
 * Threads:   all calls for one engine from one thread at a time, and none from the random callback.
 *            Two engines share nothing. troth_abi_version and troth_error_name: from anywhere.
 * Ownership: what is passed in is borrowed until the call returns; the random callback and its
 *            context until troth_engine_close. What troth_query and troth_next hand out belongs to
 *            the engine and is valid until the next call of the same function, or the close.
 * Errors:    TROTH_OK, or a code; troth_error_name names it. Codes below 900 are those of the
 *            engine and never change. A result is written only when the call says TROTH_OK.
 *            After TROTH_NO_MEMORY, or any error of troth_commit, the engine is dead: every later
 *            call repeats the code. Close it and open it again, which is the path after a crash.
 * Units:     milliseconds, bytes. wall_ms counts from the Unix epoch, mono_ms never jumps.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TROTH_API __attribute__((visibility("default")))
#else
#define TROTH_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define TROTH_ABI_VERSION 1u
#define TROTH_NEVER UINT64_MAX

enum {
  TROTH_OK = 0,
  TROTH_NO_MEMORY = 900,
  TROTH_MISUSE = 901 /* a null pointer, a wrong size, or troth_pull inside a step */
};

typedef struct troth_engine troth_engine;

typedef struct troth_now {
  uint64_t wall_ms;
  uint64_t mono_ms;
} troth_now;

typedef struct troth_bytes {
  const uint8_t* data;
  size_t size;
} troth_bytes;

typedef struct troth_ports {
  size_t struct_size; /* sizeof(troth_ports) */
  /* Fills out with strong random bytes. It must not fail: a program without them must stop. */
  void (*random)(void* context, uint8_t* out, size_t size);
  void* context;
  const uint8_t* at_rest_key; /* 32 bytes from the keystore, copied into locked memory */
} troth_ports;

TROTH_API uint32_t troth_abi_version(void);
/* "no_grant" for 202; "ok" for 0; null for a number that is no code. Static. */
TROTH_API const char* troth_error_name(int code);

/* config: a Config. The engine's first step is open: call troth_commit. */
TROTH_API int troth_engine_open(const troth_ports* ports, const uint8_t* config, size_t size,
                                troth_now now, troth_engine** engine);
/* Wipes its keys. Null is allowed. What was not committed never was. */
TROTH_API void troth_engine_close(troth_engine* engine);

/* A Command. An error is about its form; its outcome is an event with the same ticket. */
TROTH_API int troth_submit(troth_engine* engine, const uint8_t* command, size_t size, troth_now now,
                           uint64_t* ticket);
/* A Query; its answer comes at once. */
TROTH_API int troth_query(troth_engine* engine, const uint8_t* query, size_t size, troth_now now,
                          troth_bytes* answer);

/* A Link: a transport connection that was accepted, or dialled for a Dial effect. */
TROTH_API int troth_connected(troth_engine* engine, const uint8_t* link, size_t size, troth_now now,
                              uint64_t* connection);
TROTH_API int troth_closed(troth_engine* engine, uint64_t connection, troth_now now);
TROTH_API int troth_dial_failed(troth_engine* engine, uint64_t attempt, troth_now now);
/* taken < size is back-pressure: offer the rest after the next commit. On an error drop the
   connection; the engine lives on. */
TROTH_API int troth_receive(troth_engine* engine, uint64_t connection, const uint8_t* bytes,
                            size_t size, troth_now now, size_t* taken);
/* The next frame of a connection into out, outside of a step. size 0: nothing now. Give 16 KiB. */
TROTH_API int troth_pull(troth_engine* engine, uint64_t connection, uint8_t* out, size_t capacity,
                         troth_now now, size_t* size);

/* An Answer to the effect with this ticket. Wipe a shared secret of your own afterwards. */
TROTH_API int troth_answer(troth_engine* engine, uint64_t ticket, const uint8_t* answer,
                           size_t size, troth_now now);
/* A FolderReport: a scan of a bound folder begins, an entry of it, or the end of its scan. */
TROTH_API int troth_folder(troth_engine* engine, const uint8_t* report, size_t size, troth_now now);
/* Call when mono_ms reaches the deadline. */
TROTH_API int troth_tick(troth_engine* engine, troth_now now);
/* TROTH_NEVER: nothing to wait for. */
TROTH_API int troth_deadline(const troth_engine* engine, uint64_t* mono_ms);

/* Ends the step: what was fed is on the disk, or the engine is dead. */
TROTH_API int troth_commit(troth_engine* engine, troth_now now);
/* The next committed [1, Effect] or [2, Event], effects first. size 0: no more. */
TROTH_API int troth_next(troth_engine* engine, troth_bytes* next);

#ifdef __cplusplus
}
#endif
