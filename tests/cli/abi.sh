#!/usr/bin/env bash
# libtroth.so exports exactly the functions that include/troth.h declares.
set -eu
library="$TROTH_BIN/../lib/libtroth.so"
if [ ! -e "$library" ]; then
  echo "FAILED: libtroth.so is not built"
  exit 1
fi
declared=$(grep -o '\btroth_[a-z_]*(' "$TROTH_SOURCE/include/troth.h" | tr -d '(' | sort -u)
exported=$(nm -D --defined-only "$library" | awk '{print $3}' | sed 's/@.*//' | sort -u)
# A sanitizer's own symbols are not ours to hide.
exported=$(grep -v '^__\(asan\|ubsan\|tsan\|odr_asan\|sanitizer\)' <<<"$exported")
diff <(echo "$declared") <(echo "$exported") || {
  echo "left: declared in troth.h; right: exported by libtroth.so"
  exit 1
}
[ "$(wc -l <<<"$declared")" -ge 14 ]
