"""Queries of Neo4j by its Query API: NEO4J_URL, and NEO4J_PASSWORD where it wants one."""

import base64
import json
import os

from rest import Rest

DATABASE = "neo4j"
# Every value of an answer, and of a parameter, says its type: nothing of a property is lost on the way.
TYPED = "application/vnd.neo4j.query"


def authorization(password):
    return {"Authorization": "Basic " + base64.b64encode(f"neo4j:{password}".encode()).decode()}


api = Rest("Neo4j", os.environ["NEO4J_URL"], "/", "NEO4J_PASSWORD", authorization)
main = api.main


def answer(statement, **parameters):
    """@param parameters whole numbers, and values with `$type` and `_value`"""
    given = {name: whole(value) if isinstance(value, int) else value for name, value in parameters.items()}
    document = {"statement": statement, "parameters": given}
    headers = {"Content-Type": TYPED, "Accept": TYPED}
    with api.request("POST", f"/db/{DATABASE}/query/v2", json.dumps(document).encode(), headers) as stream:
        found = json.load(stream)
    # Also what goes wrong when the status is sent already.
    if found.get("errors"):
        raise ValueError(f"{statement}: {found['errors'][0].get('message')}")
    return found


def rows(statement, **parameters):
    """The rows of an answer, each value a dictionary with `$type` and `_value`."""
    return answer(statement, **parameters)["data"]["values"]


def state():
    """What stands for everything that was ever written to the database, and for nothing that was only read."""
    return answer("RETURN 1")["bookmarks"]


def whole(value):
    return {"$type": "Integer", "_value": str(value)}


def plain(value):
    """A value without its types, for those of which they are known."""
    held = value["_value"]
    if value["$type"] == "Integer":
        return int(held)
    return [plain(each) for each in held] if value["$type"] == "List" else held


def plainly(statement, **parameters):
    return [[plain(value) for value in row] for row in rows(statement, **parameters)]


def number(statement, **parameters):
    """The only number of an answer."""
    return plainly(statement, **parameters)[0][0]


def quoted(name):
    """A label, a type or an index as statements name it."""
    return "`" + name.replace("`", "``") + "`"


def schema():
    """
    Statements that make the constraints and the indexes, by their names. Those by which labels and types are looked up are
    in every database.
    """
    made = plainly("SHOW CONSTRAINTS YIELD name, createStatement RETURN name, createStatement ORDER BY name")
    constraints = {name: ("CONSTRAINT", statement) for name, statement in made}
    indexes = plainly(
        "SHOW INDEXES YIELD name, type, owningConstraint, createStatement WHERE type <> 'LOOKUP' "
        "AND owningConstraint IS NULL RETURN name, createStatement ORDER BY name"
    )
    return constraints | {name: ("INDEX", statement) for name, statement in indexes}
