"""
Makes the collections in FILES what they were. Each is made beside the one that is there and takes its place when it is
whole. Other collections are left alone.
"""

import array
import base64
import json
import os
from urllib.parse import unquote

from chroma import TENANT, UNFINISHED, call, collections, databases, main, named, path, unfinished
from rest import FILES


def work():
    there = databases()
    for folder in sorted(os.listdir(FILES)):
        database = unquote(folder)
        if database not in there:
            call("POST", f"{TENANT}/databases", {"name": database})
        for name in unfinished(database):
            call("DELETE", path(database, name))
        for file in sorted(os.listdir(os.path.join(FILES, folder))):
            with open(os.path.join(FILES, folder, file), encoding="utf-8") as lines:
                load(database, lines)


def load(database, lines):
    wanted = json.loads(next(lines))
    name, temporary = wanted["name"], UNFINISHED + os.urandom(8).hex()
    made = call("POST", f"{path(database)}/collections", {
        "name": temporary,
        "metadata": wanted["metadata"],
        "configuration": wanted["configuration_json"],
    })
    records = 0
    for line in lines:
        batch = json.loads(line)
        batch["embeddings"] = [vector(each) for each in batch["embeddings"]]
        call("POST", f"{path(database, made['id'])}/add", batch)
        records += len(batch["ids"])
    if name in collections(database):
        call("DELETE", path(database, name))
    call("PUT", path(database, made["id"]), {"new_name": name})
    print(f"{named(database, name)}: {records} records")


def vector(text):
    return array.array("f", base64.b64decode(text)).tolist()


main(work)
