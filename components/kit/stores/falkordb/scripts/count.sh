#!/bin/sh
# Counts the nodes and the edges of every graph.
. "$(dirname "$0")/falkordb.sh"

# asked GRAPH QUERY: the number in the only row, below the name of its column.
asked() {
  answer=$(cli GRAPH.RO_QUERY "$1" "$2" TIMEOUT 600000 </dev/null)
  printf '%s\n' "$answer" | sed -n 2p
}

graphs=$(cli GRAPH.LIST)
printf '%s\n' "$graphs" | while IFS= read -r graph; do
  [ -n "$graph" ] || continue
  nodes=$(asked "$graph" 'MATCH (n) RETURN count(n)')
  edges=$(asked "$graph" 'MATCH ()-[e]->() RETURN count(e)')
  printf '%s nodes of %s\n%s edges of %s\n' "$nodes" "$graph" "$edges" "$graph"
done
