"""Requests to Qdrant: QDRANT_URL, and QDRANT_API_KEY where it wants one, which QDRANT_KEY_FROM then says the place of."""

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import quote

FILES = os.environ.get("FILES", "")
PIECE = 1 << 20
# SIGTERM ends like an error does, so that what a script has made is removed again.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped before it was done"))


def request(method, path, body=None, headers=()):
    key = os.environ.get("QDRANT_API_KEY", "").strip()
    every = {**({"api-key": key} if key else {}), **dict(headers)}
    wanted = urllib.request.Request(os.environ["QDRANT_URL"] + path, body, every, method=method)
    try:
        return urllib.request.urlopen(wanted)
    except urllib.error.HTTPError as error:
        raise Refused(method, path, error) from None
    except OSError as error:
        sys.exit(f"{method} {path}: Qdrant does not answer: {getattr(error, 'reason', error)}")


class Refused(Exception):
    """An answer that is no success. It never repeats what Qdrant says of a key, which may be the key."""

    def __init__(self, method, path, error):
        self.status = error.code
        said = "the key is refused" if error.code in (401, 403) else error.read(600).decode("utf-8", "replace")
        super().__init__(f"{method} {path}: Qdrant answered {error.code}: {said}")


def call(method, path, document=None):
    """@returns the result of an answer"""
    body = None if document is None else json.dumps(document).encode()
    with request(method, path, body, {"Content-Type": "application/json"} if body else {}) as answer:
        return json.load(answer)["result"]


def wait():
    """Waits until Qdrant serves, for a minute: it may be starting."""
    for left in range(120, -1, -1):
        try:
            with urllib.request.urlopen(os.environ["QDRANT_URL"] + "/readyz"):
                return
        except OSError as error:
            if left == 0:
                sys.exit(f"Qdrant is not ready: {getattr(error, 'reason', error)}")
            time.sleep(0.5)


def collections():
    return sorted(each["name"] for each in call("GET", "/collections")["collections"])


def aliases():
    """Every alias with its collection."""
    return {each["alias_name"]: each["collection_name"] for each in call("GET", "/aliases")["aliases"]}


def count(collection):
    return call("POST", f"{path(collection)}/points/count", {"exact": True})["count"]


def path(collection):
    return f"/collections/{quote(collection, safe='')}"


def main(work):
    """Runs a script; what it raises becomes one line."""
    if os.environ.get("QDRANT_KEY_FROM") and not os.environ.get("QDRANT_API_KEY"):
        sys.exit(f"there is no {os.environ['QDRANT_KEY_FROM']}, the key of Qdrant: make it, then run this again")
    try:
        wait()
        work()
    except (Refused, OSError, ValueError, KeyError) as error:
        sys.exit(" ".join(str(error).split()) or type(error).__name__)
