"""Requests to Qdrant: QDRANT_URL, and QDRANT_API_KEY where it wants one."""

import os
from urllib.parse import quote

from rest import Refused, Rest

PIECE = 1 << 20
api = Rest("Qdrant", os.environ["QDRANT_URL"], "/readyz", "QDRANT_API_KEY", lambda key: {"api-key": key})
main, request = api.main, api.request


def call(method, path, document=None):
    """@returns the result of an answer"""
    return api.call(method, path, document)["result"]


def collections():
    return sorted(each["name"] for each in call("GET", "/collections")["collections"])


def aliases():
    """Every alias with its collection."""
    return {each["alias_name"]: each["collection_name"] for each in call("GET", "/aliases")["aliases"]}


def peers():
    """Nodes that it consists of."""
    try:
        return max(1, len(call("GET", "/cluster").get("peers") or {}))
    except Refused as refused:
        if refused.status == 404:
            return 1
        raise


def count(collection):
    return call("POST", f"{path(collection)}/points/count", {"exact": True})["count"]


def path(collection):
    return f"/collections/{quote(collection, safe='')}"
