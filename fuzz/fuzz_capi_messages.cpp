// Target: what a program hands over the C interface (spec 14): decode, re-encode
#include "capi/command_fields.hpp"
#include "capi/input_fields.hpp"
#include "capi/query_fields.hpp"
#include "fuzz/messages.hpp"

using namespace troth;
#define CAPI_MESSAGES Command, Query, Answer, FolderReport, Config, Link

void fuzz(ByteView in) { fuzzing::fuzz_messages<CAPI_MESSAGES>(in); }

std::vector<Bytes> fuzz_seeds() {
  auto seeds = fuzzing::message_seeds<CAPI_MESSAGES>();
  PutItems put;
  put.items.push_back({{}, {}, {{"body", {1, 2, 3}}}});
  AnswerApplicant answer;
  answer.share.push_back({});
  for (const Command& command : {Command(put), Command(answer), Command(RotateKeys{})}) {
    seeds.push_back({0});
    append(seeds.back(), wire::encode(command));
  }
  return seeds;
}
