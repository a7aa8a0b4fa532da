"""Makes the collections in FILES what their snapshots say, and sets the aliases. Other collections are left alone."""

import json
import os
from urllib.parse import quote, unquote

from qdrant import PIECE, aliases, call, collections, count, main, path, request
from rest import FILES, Refused

# Qdrant keeps what is sent as a snapshot of the collection, under this name.
SENT = "memory-fleet-restore.snapshot"


def work():
    files = sorted(each for each in os.listdir(FILES) if each.endswith(".snapshot"))
    names = {file: unquote(file.removesuffix(".snapshot")) for file in files}
    with open(os.path.join(FILES, "aliases.json"), encoding="utf-8") as content:
        wanted = json.load(content)
    there = collections()
    # Qdrant would follow an alias, and overwrite a collection that is not in the backup.
    for name in set(names.values()) & set(aliases()):
        raise ValueError(f"{name} is a collection in the backup and an alias now: remove the alias first")
    for alias in set(wanted) & set(there):
        raise ValueError(f"{alias} is an alias in the backup and a collection now: remove the collection first")
    for file, name in names.items():
        # One without points may have other vectors, which Qdrant would refuse; nothing is lost with it.
        if name in there and count(name) == 0:
            call("DELETE", path(name))
        send(name, os.path.join(FILES, file))
        print(f"{name}: loaded")
    if wanted:
        actions = [{"create_alias": {"alias_name": alias, "collection_name": name}} for alias, name in wanted.items()]
        call("POST", "/collections/aliases", {"actions": actions})


def send(name, file):
    mark = "memory-fleet-" + os.urandom(16).hex()
    head = f'--{mark}\r\nContent-Disposition: form-data; name="snapshot"; filename="{SENT}"\r\n\r\n'.encode()
    tail = f"\r\n--{mark}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Content-Length": str(len(head) + os.path.getsize(file) + len(tail)),
    }
    with request("POST", f"{path(name)}/snapshots/upload?priority=snapshot&wait=true", around(head, file, tail), headers):
        pass
    try:
        call("DELETE", f"{path(name)}/snapshots/{quote(SENT, safe='')}?wait=true")
    except Refused as refused:
        if refused.status != 404:
            raise


def around(head, file, tail):
    yield head
    with open(file, "rb") as content:
        while piece := content.read(PIECE):
            yield piece
    yield tail


main(work)
