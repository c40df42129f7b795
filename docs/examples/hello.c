/* hello: opens a new device in memory, starts a circle and prints its words. */
#include <stdio.h>

#include "docs/examples/keys_openssl.h"
#include "docs/examples/tiny_cbor.h"
#include "include/troth.h"

static keys k;
static troth_engine* engine;
static troth_now now = {1800000000000u, 0}; /* a real program reads its clocks at every call */

static void fill(void* context, uint8_t* data, size_t size) {
  (void)context;
  must(RAND_bytes(data, (int)size) == 1);
}

static void config(out* o) { /* Config, spec 14 §3 */
  uint8_t point[65], zero[16] = {0};
  int i;
  put_head(o, 5, 11);
  put_uint(o, 1), put_text(o, ":memory:");
  put_uint(o, 2), put_text(o, "");
  for (i = KEY_SIGN; i <= KEY_APPROVE; ++i) {
    keys_public(&k, i, point);
    put_uint(o, 2 + (unsigned)i), put_bytes(o, point, sizeof point);
  }
  put_uint(o, 6), put_uint(o, 4); /* protection: file-open */
  put_uint(o, 7), put_bytes(o, k.home, sizeof k.home);
  put_uint(o, 8), put_bytes(o, zero, sizeof zero);
  put_uint(o, 9), put_uint(o, 0);
  put_uint(o, 10), put_bytes(o, "\1\2", 2); /* suites */
  put_uint(o, 11), put_text(o, "");
}

static void settle(void) { /* ends the step and answers what the engine asks of its keystore */
  troth_bytes next;
  uint8_t result[64];
  must(troth_commit(engine, now) == TROTH_OK);
  while (troth_next(engine, &next) == TROTH_OK && next.size > 0) {
    const value v = element(get(next.data, next.data + next.size), 1), body = element(v, 1);
    const value asked = field(body, 2), input = field(asked, 2);
    const uint64_t ticket = field(body, 1).number;
    out o;
    if (next.data[1] != 1) continue; /* an event */
    if (element(v, 0).number == 1) { /* PerformKeyOperation */
      const int op = (int)field(asked, 1).number;
      const size_t made = keys_perform(&k, op, input.data, input.size, result);
      put_kind(&o, 1, 3);
      put_uint(&o, 1), put_bool(&o, 1);
      put_uint(&o, 2), put_uint(&o, 799);
      put_uint(&o, 3), put_bytes(&o, result, made);
    } else {
      put_kind(&o, 5, 0); /* SaveGuard: nothing outlives this program */
    }
    must(troth_answer(engine, ticket, o.data, o.size, now) == TROTH_OK);
    must(troth_commit(engine, now) == TROTH_OK);
  }
}

int main(void) {
  troth_ports ports = {sizeof ports, fill, NULL, k.at_rest};
  troth_bytes answer;
  uint64_t ticket;
  value words;
  out o = {{0}, 0};

  keys_make(&k);
  config(&o);
  must(troth_engine_open(&ports, o.data, o.size, now, &engine) == TROTH_OK);

  put_kind(&o, 1, 5); /* InitDevice */
  put_uint(&o, 1), put_text(&o, "laptop");
  put_uint(&o, 2), put_text(&o, "Ada");
  put_uint(&o, 3), put_text(&o, "model");
  put_uint(&o, 4), put_text(&o, "os");
  put_uint(&o, 5), put_bool(&o, 0);
  must(troth_submit(engine, o.data, o.size, now, &ticket) == TROTH_OK);
  settle();

  put_kind(&o, 1, 0); /* IdentityQuery */
  must(troth_query(engine, o.data, o.size, now, &answer) == TROTH_OK);
  words = field(get(answer.data, answer.data + answer.size), 6);
  must(words.major == 3 && words.size > 0);
  printf("hello from the circle \"%.*s\"\n", (int)words.size, (const char*)words.data);

  troth_engine_close(engine);
  keys_free(&k);
  return 0;
}
