/* As much CBOR as a C program needs to talk to troth (docs/spec/01-wire.md §2): a writer into a
   fixed buffer, and a reader that finds the value of a key. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct out {
  uint8_t data[4096];
  size_t size;
} out;

static inline void put_raw(out* o, const void* data, size_t size) {
  if (size > sizeof o->data - o->size) abort();
  if (size > 0) memcpy(o->data + o->size, data, size);
  o->size += size;
}

/* The shortest head of a major type: 0 number, 2 bytes, 3 text, 4 array, 5 map. */
static inline void put_head(out* o, unsigned major, uint64_t value) {
  const unsigned width = value < 24 ? 0 : value < 256 ? 1 : value < 65536 ? 2 : value >> 32 ? 8 : 4;
  const unsigned info = width == 0   ? (unsigned)value
                        : width == 1 ? 24
                        : width == 2 ? 25
                        : width == 4 ? 26
                                     : 27;
  uint8_t head[9];
  unsigned i;
  head[0] = (uint8_t)(major << 5 | info);
  for (i = 0; i < width; ++i) head[1 + i] = (uint8_t)(value >> (8 * (width - 1 - i)));
  put_raw(o, head, 1 + width);
}

static inline void put_uint(out* o, uint64_t value) { put_head(o, 0, value); }
static inline void put_bool(out* o, int value) { put_raw(o, value ? "\xF5" : "\xF4", 1); }
static inline void put_bytes(out* o, const void* data, size_t size) {
  put_head(o, 2, size);
  put_raw(o, data, size);
}
static inline void put_text(out* o, const char* text) {
  put_head(o, 3, strlen(text));
  put_raw(o, text, strlen(text));
}
/* [kind, {…}]: the start of a command, a query, an answer. */
static inline void put_kind(out* o, uint64_t kind, uint64_t fields) {
  o->size = 0;
  put_head(o, 4, 2);
  put_uint(o, kind);
  put_head(o, 5, fields);
}

/* One value inside bytes that troth made. major 7 is a boolean; a missing value has major 9. */
typedef struct value {
  unsigned major;
  uint64_t number;     /* of a number or boolean; the count of an array or map */
  const uint8_t* data; /* of bytes or text */
  size_t size;
  const uint8_t *inside, *next, *end;
} value;

static inline value get(const uint8_t* at, const uint8_t* end) {
  value v = {9, 0, NULL, 0, NULL, NULL, NULL};
  unsigned info, width, i;
  if (at == NULL || at >= end) return v;
  info = *at & 31u;
  width = info < 24 || info > 27 ? 0 : 1u << (info - 24);
  if ((size_t)(end - at) < 1 + width) return v;
  v.major = *at++ >> 5;
  v.number = v.major == 7 ? info == 21 : info;
  for (v.number = width ? 0 : v.number, i = 0; i < width; ++i) v.number = v.number << 8 | *at++;
  v.inside = v.next = at;
  v.end = end;
  if (v.major == 2 || v.major == 3) {
    if (v.number > (uint64_t)(end - at)) return v.major = 9, v;
    v.data = at;
    v.size = (size_t)v.number;
    v.next = at + v.size;
  }
  return v;
}

/* The first byte after a value and all that is in it. */
static inline const uint8_t* skip(value v) {
  uint64_t left = v.major == 4 ? v.number : v.major == 5 ? 2 * v.number : 0;
  const uint8_t* at = v.next;
  for (; left > 0; --left) at = skip(get(at, v.end));
  return at;
}

/* The element of an array, counted from 0. */
static inline value element(value array, uint64_t index) {
  const uint8_t* at = array.inside;
  if (array.major != 4 || index >= array.number) return get(NULL, NULL);
  for (; index > 0; --index) at = skip(get(at, array.end));
  return get(at, array.end);
}

/* The value of a key of a map. */
static inline value field(value map, uint64_t key) {
  const uint8_t* at = map.inside;
  uint64_t left = map.major == 5 ? map.number : 0;
  for (; left > 0; --left) {
    const value name = get(at, map.end);
    if (name.number == key) return get(name.next, map.end);
    at = skip(get(name.next, map.end));
  }
  return get(NULL, NULL);
}
