#!/usr/bin/env bash
# troth-sim over a few seeds, and that a seed repeats: alone as after others in the same process.
set -euo pipefail
sim=$TROTH_BIN/troth-sim

trace() { "$sim" --seed "$1" --seeds "$2" --verbose | sed -n "s/^seed $3 trace //p"; }
alone=$(trace 12 1 12)
after=$(trace 10 3 12)
[[ -n $alone && $alone == "$after" ]] || {
  echo "seed 12 does not repeat: $alone alone, $after after others"
  exit 1
}
# From 20 on it also fails when a fault was never injected or a checker never evaluated.
"$sim" --seed 1 --seeds 20
