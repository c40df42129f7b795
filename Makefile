# The front door. Everything below is a short name for commands that docs/HACKING.md explains.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)
TEST_JOBS ?= 2
SECONDS ?= 60
SEEDS ?= 300
RUNS ?= 200000
configure = cmake --log-level=NOTICE --preset
compile = ninja -j $(JOBS) -C
run_tests = ctest --output-on-failure --no-tests=error --no-label-summary -j $(TEST_JOBS) \
            --test-dir

.PHONY: help build test demo check asan tsan sim logs shots fuzz bench format clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@echo "  JOBS=$(JOBS) TEST_JOBS=$(TEST_JOBS) SECONDS=$(SECONDS) (a fuzz target)"
	@echo "  SEEDS=$(SEEDS) RUNS=$(RUNS) (random logs)"

build: ## everything, into build/bin
	@tools/setup
	@$(configure) dev
	@$(compile) build

test: build ## all tests; what .ci/run calls
	@$(run_tests) build

demo: ## two devices pair and keep a folder equal, then one is stolen
	@tools/setup
	@$(configure) dev
	@$(compile) build troth troth-thief
	@tools/demo

check: tsan asan sim logs fuzz bench ## the long ones: sanitizers, simulator, logs, fuzzing, bench

asan: ## the tests under address and undefined behaviour sanitizers
	@tools/setup --check
	@$(configure) asan
	@$(compile) build/asan
	@$(run_tests) build/asan

tsan: ## the tests under the thread sanitizer
	@tools/setup --check
	@$(configure) tsan
	@$(compile) build/tsan
	@$(run_tests) build/tsan

sim: build ## the simulator over SEEDS seeds, then every planted bug, which must be found
	@tools/sim build/bin/troth-sim $(SEEDS)

logs: build ## every circle log of 6 entries by 3 devices, and RUNS random ones
	@TROTH_CIRCLE_ENTRIES=6 TROTH_CIRCLE_RUNS=$(RUNS) build/bin/test_circle \
	  --gtest_brief=1 --gtest_filter='SmallLogs.*:RandomLogs.*'

shots: build ## the README's pictures of the terminal, drawn anew from the programs
	@TROTH_BIN=build/bin python3 -B tools/shots.py

fuzz: ## libFuzzer, SECONDS a target
	@tools/setup --check
	@$(configure) fuzz
	@$(compile) build/fuzz
	@tools/fuzz build/fuzz/bin $(SECONDS) $(JOBS)

bench: ## measure the gates of docs/HACKING.md on the release build
	@tools/setup
	@$(configure) release
	@$(compile) build/release
	@build/release/bin/troth-bench

format: ## clang-format over every C and C++ file
	@tools/setup --check
	@git ls-files -z '*.cpp' '*.hpp' '*.c' '*.h' | xargs -0r clang-format -i

clean: ## forget everything built
	@rm -rf build
