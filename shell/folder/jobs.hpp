// Changes of a folder that must be on the disk before they are answered: done by a worker, many at
// a time, so that the price of being sure is shared (spec 10a §5).
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "shell/folder/root.hpp"
#include "troth/engine.hpp"

namespace troth::shell {

// How much of a temporary file was written, so that a shorter one is never taken for it.
struct FinishJob {
  FinishFile what;
  std::uint64_t written = 0;
};
struct DiskJob {
  std::uint64_t run = 0;  // of the port; answers of an earlier run are dropped
  std::uint32_t folder = 0;
  Ticket ticket;
  std::shared_ptr<const OpenRoot> root;
  std::variant<FinishJob, RemoveFile, MoveFile> what;
};
struct DiskResult {
  DiskJob job;
  Answer answer;
};

// In the order given; when it returns, what is answered FileDone survives a power cut.
[[nodiscard]] std::vector<DiskResult> do_jobs(std::vector<DiskJob> jobs);

}  // namespace troth::shell
