#!/bin/sh
# Writes every graph into FILES, each as it was at one moment: a number that stands for it, and its name in `graphs`.
. "$(dirname "$0")/falkordb.sh"

number=0
graphs=$(cli GRAPH.LIST)
: >"$FILES/graphs"
printf '%s\n' "$graphs" | while IFS= read -r graph; do
  [ -n "$graph" ] || continue
  number=$((number + 1))
  value "$graph" "$FILES/$number"
  if [ -s "$FILES/$number" ]; then
    printf '%s %s\n' "$number" "$graph" >>"$FILES/graphs"
    echo "$graph: $(wc -c <"$FILES/$number") bytes"
  else
    rm "$FILES/$number"
    echo "$graph was removed meanwhile, and is not in the backup"
  fi
done
