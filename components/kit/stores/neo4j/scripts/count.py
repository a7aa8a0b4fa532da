"""Counts the nodes, those of each label, the relationships, those of each type, and constraints with indexes."""

from neo4j import main, number, plainly, quoted, schema


def work():
    print(number("MATCH (n) RETURN count(n)"), "nodes")
    for (label,) in plainly("CALL db.labels() YIELD label RETURN label ORDER BY label"):
        show(number(f"MATCH (n:{quoted(label)}) RETURN count(n)"), f"nodes labelled {label}")
    print(number("MATCH ()-[r]->() RETURN count(r)"), "relationships")
    names = plainly("CALL db.relationshipTypes() YIELD relationshipType AS type RETURN type ORDER BY type")
    for (name,) in names:
        show(number(f"MATCH ()-[r:{quoted(name)}]->() RETURN count(r)"), f"relationships of type {name}")
    print(len(schema()), "constraints and indexes")


def show(count, what):
    """Neo4j never forgets a name, and a restored graph never had the ones that are out of use."""
    if count:
        print(count, what)


main(work)
