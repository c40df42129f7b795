// The gates that exist (docs/HACKING.md names those that do not yet). Each prints its own rows.
#pragma once

#include "bench/report.hpp"

namespace troth::bench {

// data_gates.cpp
void seal_cpu(Report& report, const Options& options);
void edit_to_sealed(Report& report, const Options& options);
void open_merge_store(Report& report, const Options& options);
// device_gates.cpp: two engines in one process, bytes moved by hand, time counted
void pairing(Report& report, const Options& options);
void session(Report& report, const Options& options);
void idle(Report& report, const Options& options);
void fold(Report& report, const Options& options);
void core_size(Report& report, const Options& options);
// daemon_gate.cpp: two daemons
void idle_daemon(Report& report, const Options& options);
// process_gates.cpp: two processes over loopback
void live(Report& report, const Options& options);
void bootstrap(Report& report, const Options& options);
// crowd_gates.cpp: as device_gates.cpp, with many categories and devices
void idle_reconnect(Report& report, const Options& options);
void rotation(Report& report, const Options& options);
// file_gates.cpp: as process_gates.cpp, with real folders
void file_bulk(Report& report, const Options& options);
void file_small(Report& report, const Options& options);
void file_insert(Report& report, const Options& options);
void file_flat(Report& report, const Options& options);

}  // namespace troth::bench
