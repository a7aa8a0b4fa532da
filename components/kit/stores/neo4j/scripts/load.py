"""
Makes the graph what it was: what is there goes first. The files are read through before that, so that damaged ones change
nothing. A load that was cut off is done again, from its beginning.
"""

import array
import bisect
import itertools
import json
import os
import sys

from neo4j import main, number, plain, plainly, quoted, rows, schema, whole
from rest import FILES

# Few enough for the heap, in which Neo4j keeps a transaction.
BATCH = 10_000


def work():
    graph = checked()
    clear()
    ids = Ids()
    for batch in lines("nodes.jsonl"):
        ids.add(load_nodes(batch))
    for batch in lines("relationships.jsonl"):
        load_relationships(batch, ids)
    for _, statement in graph["schema"].values():
        rows(statement)
    rows("CALL db.awaitIndexes(3600)")
    print(f"{graph['nodes']} nodes, {graph['relationships']} relationships")


def checked():
    with open(os.path.join(FILES, "graph.json"), encoding="utf-8") as file:
        graph = json.load(file)
    for what in ("nodes", "relationships"):
        found = sum(len(batch) for batch in lines(f"{what}.jsonl"))
        if found != graph[what]:
            sys.exit(f"the dump has {found} {what} of {graph[what]}: the graph is left as it is")
    return graph


def lines(name):
    with open(os.path.join(FILES, name), encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def clear():
    for name, (kind, _) in schema().items():
        rows(f"DROP {kind} {quoted(name)}")
    # Relationships first: a node with many of them would be more than one transaction holds.
    for some in ("MATCH ()-[each]->()", "MATCH (each)"):
        while number(f"{some} WITH each LIMIT {BATCH} DELETE each RETURN count(*)"):
            pass


class Ids:
    """What the nodes of the dump are called here. They come in the order of the dump's own numbers, and take little room."""

    def __init__(self):
        self.before, self.now = array.array("q"), array.array("q")

    def add(self, pairs):
        for before, now in sorted(pairs):
            self.before.append(before)
            self.now.append(now)

    def of(self, before):
        found = bisect.bisect_left(self.before, before)
        if found == len(self.before) or self.before[found] != before:
            sys.exit(f"the dump has a relationship of node {before}, and no such node")
        return self.now[found]


def load_nodes(batch):
    """@returns the numbers of the dump, each with the one here"""
    pairs = []
    for labels, some in grouped(batch, lambda row: tuple(sorted(plain(row[1])))):
        names = "".join(":" + quoted(label) for label in labels)
        statement = f"UNWIND $rows AS row CREATE (n{names}) SET n = row[1] RETURN row[0], id(n)"
        pairs += plainly(statement, rows=listed([row[0], row[2]] for row in some))
    return pairs


def load_relationships(batch, ids):
    for name, some in grouped(batch, lambda row: plain(row[2])):
        statement = (
            "UNWIND $rows AS row MATCH (a) WHERE id(a) = row[0] MATCH (b) WHERE id(b) = row[1] "
            f"CREATE (a)-[r:{quoted(name)}]->(b) SET r = row[2] RETURN count(r)"
        )
        ends = ([whole(ids.of(plain(row[0]))), whole(ids.of(plain(row[1]))), row[3]] for row in some)
        number(statement, rows=listed(ends))


def grouped(batch, key):
    """Labels and types are part of a statement, and no parameters of it."""
    return itertools.groupby(sorted(batch, key=key), key)


def listed(found):
    return {"$type": "List", "_value": [{"$type": "List", "_value": row} for row in found]}


main(work)
