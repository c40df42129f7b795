#!/usr/bin/env bash
# troth-vectors: finds a wrong value, skips only by name, and passes the published files.
# The files are not part of the tree: TROTH_VECTORS names the folder that holds them.
set -eu
run="$TROTH_BIN/troth-vectors"
if [ ! -x "$run" ]; then
  echo "FAILED: troth-vectors is not built"
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

expect() { # WHAT STATUS LAST-LINE KIND FILE
  local status=0
  "$run" "$4" "$5" >"$work/out" 2>"$work/err" || status=$?
  if [ "$status" != "$2" ] || [ "$(tail -n 1 "$work/out")" != "$3" ]; then
    echo "$1: status $status, $(tail -n 1 "$work/out"); expected $2, $3"
    cat "$work/err"
    exit 1
  fi
}

mac() { # TAG RESULT
  printf '{"algorithm":"%s","testGroups":[{"type":"MacTest","tagSize":128,"tests":[' \
    "${3-HMACSHA256}"
  printf '{"tcId":1,"key":"4a656665",'
  printf '"msg":"7768617420646f2079612077616e7420666f72206e6f7468696e673f",'
  printf '"tag":"%s","result":"%s"}]}]}' "$1" "$2"
}
good=5bdcc146bf60754e6a042426089575c7 # RFC 4231 case 2, the first half
mac $good valid >"$work/a.json"
expect "a right tag" 0 "1 passed, 0 failed, 0 skipped" wycheproof "$work/a.json"
mac ${good%7}6 valid >"$work/b.json"
expect "a wrong tag called valid" 1 "0 passed, 1 failed, 0 skipped" wycheproof "$work/b.json"
mac $good invalid >"$work/c.json"
expect "a right tag called invalid" 1 "0 passed, 1 failed, 0 skipped" wycheproof "$work/c.json"
mac ${good%7}6 invalid >"$work/d.json"
expect "a wrong tag" 0 "1 passed, 0 failed, 0 skipped" wycheproof "$work/d.json"
mac $good valid HMACSHA1 >"$work/e.json"
expect "an algorithm that troth does not have" 0 "0 passed, 0 failed, 1 skipped" \
  wycheproof "$work/e.json"
grep -q 'troth has no HMACSHA1' "$work/err"
echo '{' >"$work/f.json"
expect "no JSON" 2 "" wycheproof "$work/f.json"
expect "a file that is not there" 2 "" hpke "$work/none.json"

if [ -z "${TROTH_VECTORS-}" ]; then
  echo "skipped: the published files were not run: TROTH_VECTORS names no folder"
  exit 77
fi
count=0
for kind in cpace noise hpke hkdf wycheproof; do
  for file in "$TROTH_VECTORS/$kind"/*; do
    [ -f "$file" ] || continue
    "$run" $kind "$file" 2>"$work/err" || { cat "$work/err"; exit 1; }
    count=$((count + 1))
  done
done
[ "$count" -gt 0 ] || { echo "no file under TROTH_VECTORS"; exit 1; }
