"""Makes the collection of vectors with every name that the application sends, or says what is wrong with the one there is.

The application makes one by itself that lacks names it sends: Qdrant then refuses each point, and nobody is told. One that is
there already it leaves alone. Prints a line for each vector.

QDRANT_URL, COLLECTION; VECTORS: JSON, the size of each vector by its name. REPLICATION: copies of each shard, on a distributed
server. WAIT_SECONDS: how long to wait for the server.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = f"{os.environ['QDRANT_URL']}/collections/{os.environ['COLLECTION']}"
VECTORS = json.loads(os.environ["VECTORS"])


def ask(method, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["result"]


def found():
    ends = time.monotonic() + float(os.environ["WAIT_SECONDS"])
    while True:
        try:
            return ask("GET")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            fault = f"status {error.code}"
        except OSError as error:
            fault = str(error)
        if time.monotonic() >= ends:
            sys.exit(f"Qdrant does not answer at {os.environ['QDRANT_URL']}: {fault}; remedy: see whether its pod is ready")
        time.sleep(1)


def make():
    # One copy is what a single server has; a distributed one keeps as many as it is asked for.
    copies = int(os.environ.get("REPLICATION", "1"))
    body = {
        "vectors": {name: {"size": size, "distance": "Cosine"} for name, size in VECTORS.items()},
        "sparse_vectors": {"text": {}},
        **({"replication_factor": copies} if copies > 1 else {}),
    }
    try:
        ask("PUT", body)
    except urllib.error.HTTPError as error:
        # Another of us may have been quicker; what is there then is looked at like any other.
        if error.code != 409:
            sys.exit(f"Qdrant refuses the collection: {error.read().decode(errors='replace')[:300]}")
    print(f"made collection {os.environ['COLLECTION']}", flush=True)
    return ask("GET")


def main():
    collection = found() or make()
    params = collection["config"]["params"]
    there = params.get("vectors") or {}
    faults = [
        f"{name} has {there[name]['size']} dimensions, not {size}" if name in there else f"{name} is missing"
        for name, size in VECTORS.items()
        if there.get(name, {}).get("size") != size
    ]
    if "text" not in (params.get("sparse_vectors") or {}):
        faults.append("the sparse vector text is missing")
    if faults:
        sys.exit(
            f"collection {os.environ['COLLECTION']} cannot take what the application sends: {'; '.join(faults)}. Vectors would "
            "be lost without a word; remedy: make a backup, delete the collection, run this again, and have the memories "
            "embedded anew"
        )
    for name in VECTORS:
        print(f"{name}: {there[name]['size']}", flush=True)


main()
