#!/bin/sh
# Makes the graphs in FILES what they were. Other graphs are left alone. FalkorDB does not survive a graph that is loaded over
# another, so that the one that is there goes first; it comes back where the other one is refused.
. "$(dirname "$0")/falkordb.sh"

before=$TMPDIR/before
# put GRAPH FILE
put() {
  cli -X VALUE RESTORE "$1" 0 VALUE <"$2" >/dev/null
}

while read -r number graph; do
  rm -f "$before"
  if [ "$(cli EXISTS "$graph" </dev/null)" = 1 ]; then
    value "$graph" "$before"
    cli GRAPH.DELETE "$graph" >/dev/null </dev/null
  fi
  if ! put "$graph" "$FILES/$number"; then
    if [ -s "$before" ]; then put "$graph" "$before"; fi
    echo "$graph is not loaded, and is as it was before" >&2
    exit 1
  fi
  echo "$graph: loaded"
done <"$FILES/graphs"
rm -f "$before"
