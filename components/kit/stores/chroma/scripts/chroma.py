"""Requests to Chroma: CHROMA_URL, and CHROMA_TOKEN where it wants one. Its tenant is the one that every Chroma has."""

import json
import os
from urllib.parse import quote

from rest import Rest

api = Rest(
    "Chroma",
    os.environ["CHROMA_URL"],
    "/api/v2/heartbeat",
    "CHROMA_TOKEN",
    lambda token: {"Authorization": f"Bearer {token}"},
)
call, main = api.call, api.main
TENANT = "/api/v2/tenants/default_tenant"
DEFAULT = "default_database"
# A restore makes a collection under such a name, and gives it its own when it is whole.
UNFINISHED = "memory-fleet-restore-"
PAGE = 1000


def databases():
    """The names of all databases."""
    return sorted(each["name"] for each in pages(f"{TENANT}/databases"))


def collections(database):
    """All collections of a database by their names."""
    every = {each["name"]: each for each in pages(f"{path(database)}/collections")}
    return {name: every[name] for name in sorted(every) if not name.startswith(UNFINISHED)}


def unfinished(database):
    """What restores have left that were killed."""
    names = (each["name"] for each in pages(f"{path(database)}/collections"))
    return sorted(name for name in names if name.startswith(UNFINISHED))


def count(database, collection):
    return call("GET", f"{path(database, collection['id'])}/count")


def pages(address):
    offset = 0
    while page := call("GET", f"{address}?limit={PAGE}&offset={offset}"):
        yield from page
        offset += len(page)


def path(database, collection=None):
    """@param collection its id; its name where it is deleted"""
    folder = f"{TENANT}/databases/{quote(database, safe='')}"
    return folder if collection is None else f"{folder}/collections/{quote(collection, safe='')}"


def named(database, name):
    """A collection in words; the database is told where it is not the one that clients use unless told."""
    return name if database == DEFAULT else f"{name} in database {database}"


def write_line(out, document):
    out.write(json.dumps(document, separators=(",", ":")) + "\n")
