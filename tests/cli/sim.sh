#!/usr/bin/env bash
# troth-sim over a few seeds and those that once failed, and that a seed repeats: alone as after
# others in the same process.
set -euo pipefail
sim=$TROTH_BIN/troth-sim

trace() { "$sim" --seed "$1" --seeds "$2" --verbose | sed -n "s/^seed $3 trace //p"; }
alone=$(trace 12 1 12)
after=$(trace 10 3 12)
[[ -n $alone && $alone == "$after" ]] || {
  echo "seed 12 does not repeat: $alone alone, $after after others"
  exit 1
}
while read -r seed; do
  "$sim" --seed "$seed" >/dev/null || failed+=" $seed"
  "$sim" --seed "$seed" --calm >/dev/null || failed+=" $seed (calm)"
done < <(grep -v '^#' "$TROTH_SOURCE/sim/regress.txt")
[[ -z ${failed-} ]] || {
  echo "seeds that failed before fail again:$failed"
  exit 1
}
# From 20 on it also fails when a fault was never injected or a checker never evaluated.
"$sim" --seed 1 --seeds 20
