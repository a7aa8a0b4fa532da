"""
Writes the graph into FILES: `graph.json` says how much there is and has constraints and indexes, `nodes.jsonl` and
`relationships.jsonl` a line for a batch of them.

Neo4j never reads a whole graph as of one moment, so that a dump during which anything was written is made again.
"""

import json
import os
import sys

from neo4j import main, number, rows, schema, state
from rest import FILES

# Few enough for one answer, whatever their properties hold.
BATCH = 1000
TRIES = 5

NODES = """
UNWIND range($first, $last) AS i MATCH (n) WHERE id(n) = i
RETURN i, labels(n), properties(n)
"""
RELATIONSHIPS = """
UNWIND range($first, $last) AS i MATCH (a)-[r]->(b) WHERE id(r) = i
RETURN id(a), id(b), type(r), properties(r)
"""


def work():
    for _ in range(TRIES):
        before = state()
        graph = {
            "nodes": write("nodes.jsonl", NODES, number("MATCH (n) RETURN coalesce(max(id(n)), -1)")),
            "relationships": write(
                "relationships.jsonl", RELATIONSHIPS, number("MATCH ()-[r]->() RETURN coalesce(max(id(r)), -1)")
            ),
            "schema": schema(),
        }
        if state() == before:
            break
        print("it was written to meanwhile, and is dumped again")
    else:
        sys.exit(f"Neo4j was written to during each of {TRIES} dumps: back it up when nothing writes to it")
    with open(os.path.join(FILES, "graph.json"), "w", encoding="utf-8") as out:
        json.dump(graph, out)
    print(f"{graph['nodes']} nodes, {graph['relationships']} relationships")


def write(name, statement, last):
    """@returns how many rows there are"""
    count = 0
    with open(os.path.join(FILES, name), "w", encoding="utf-8") as out:
        for first in range(0, last + 1, BATCH):
            batch = rows(statement, first=first, last=min(first + BATCH - 1, last))
            count += len(batch)
            if batch:
                out.write(json.dumps(batch, separators=(",", ":"), ensure_ascii=False) + "\n")
    return count


main(work)
