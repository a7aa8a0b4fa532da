"""Fetches a snapshot of every collection into FILES, and the aliases. Qdrant keeps none of these snapshots."""

import hashlib
import json
import os
from urllib.parse import quote

from qdrant import PIECE, aliases, call, collections, main, path, peers, request
from rest import FILES, Refused


def work():
    # A node makes snapshots of its own shards alone.
    if (nodes := peers()) > 1:
        raise ValueError(f"this Qdrant has {nodes} nodes, and a snapshot of one node is no backup: use what its operator offers")
    for name in collections():
        try:
            kept = [each["name"] for each in call("GET", f"{path(name)}/snapshots")]
            dump(name)
        except Refused as refused:
            if refused.status != 404 or name in collections():
                raise
            print(f"{name} was removed meanwhile, and is not in the backup")
            continue
        if kept:
            print(f"{name}: left alone on Qdrant's volume of snapshots: {', '.join(kept)}")
    with open(os.path.join(FILES, "aliases.json"), "w", encoding="utf-8") as out:
        json.dump(aliases(), out)


def dump(name):
    made = call("POST", f"{path(name)}/snapshots?wait=true")
    snapshot = f"{path(name)}/snapshots/{quote(made['name'], safe='')}"
    try:
        digest, size = hashlib.sha256(), 0
        with request("GET", snapshot) as answer, open(os.path.join(FILES, f"{quote(name, safe='')}.snapshot"), "wb") as out:
            while piece := answer.read(PIECE):
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        if size != made["size"] or made.get("checksum") not in (None, digest.hexdigest()):
            raise ValueError(f"the snapshot of {name} did not arrive as Qdrant made it: {size} of {made['size']} bytes")
        print(f"{name}: {size} bytes")
    finally:
        call("DELETE", f"{snapshot}?wait=true")


main(work)
