"""Writes every collection into FILES, a file each: what it is, then its records, a line for a batch of them."""

import array
import base64
import os
from urllib.parse import quote

from chroma import call, collections, databases, main, named, path, write_line
from rest import FILES, Refused

# Few enough for one answer whatever the length of the vectors.
BATCH = 200


def work():
    for database in databases():
        folder = os.path.join(FILES, quote(database, safe=""))
        os.makedirs(folder, exist_ok=True)
        for name, collection in collections(database).items():
            file = os.path.join(folder, f"{quote(name, safe='')}.jsonl")
            try:
                print(f"{named(database, name)}: {dump(database, collection, file)} records")
            except Refused:
                if name in collections(database):
                    raise
                os.unlink(file)
                print(f"{named(database, name)} was removed meanwhile, and is not in the backup")


def dump(database, collection, file):
    """The ids are those of one moment; of each record everything is of one moment too, and never of an earlier one."""
    records = f"{path(database, collection['id'])}/get"
    ids = call("POST", records, {"include": []})["ids"]
    with open(file, "w", encoding="utf-8") as out:
        write_line(out, {key: collection.get(key) for key in ("name", "metadata", "configuration_json")})
        for start in range(0, len(ids), BATCH):
            include = ["embeddings", "documents", "metadatas", "uris"]
            found = call("POST", records, {"ids": ids[start : start + BATCH], "include": include})
            if found["ids"]:
                write_line(out, {key: found[key] for key in ("ids", "documents", "metadatas", "uris")} | {
                    "embeddings": [base64.b64encode(array.array("f", each)).decode() for each in found["embeddings"]]
                })
    return len(ids)


main(work)
