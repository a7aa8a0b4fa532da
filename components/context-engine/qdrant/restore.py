"""
Restores a backup that snapshot.py has made: every collection, then the aliases; then it compares the numbers of points.

  BACKUP              stamp of the backup, or latest: the newest with points
  ACTION              restore (default), or list: say which backups there are
  OVERWRITE           1: collections that have points, and aliases of other collections, are overwritten
  TRANSFER            volume: location (default): Qdrant reads the snapshot itself; upload: it is sent, which also
                      works for a Qdrant without that volume
  QDRANT_SNAPSHOTS_DIR volume: where Qdrant has that volume (/qdrant/snapshots)
  QDRANT_URL, QDRANT_API_KEY, QDRANT_WAIT_SECONDS, TARGET, DEADLINE_SECONDS, SNAPSHOTS_DIR, S3_*, SCRATCH_DIR
                      as for snapshot.py

Everything is looked at before anything is changed. Collections that are not in the backup are left alone. A collection
without points that has other vectors than the backup's is removed first: nothing is lost with it. The last line is the
result as JSON, or what failed. Exit codes: those of snapshot.py, and 7: something would be overwritten; 6 also where the
numbers of points differ from the manifest.
"""

import backups
from qdrant import Qdrant
from run import DIFFERS, SETTINGS, WOULD_OVERWRITE, Deadline, Failure, Gone, choice, main, number, say, setting
from stores import store_for


def work():
    deadline = Deadline(number("DEADLINE_SECONDS"))
    store = store_for(deadline)
    if choice("ACTION", ("restore", "list"), "restore") == "list":
        return _list(store, deadline)
    transfer = choice("TRANSFER", ("location", "upload"), "location")
    overwrite = choice("OVERWRITE", ("0", "1"), "0") == "1"
    deadline.begin("read the manifest")
    manifest = _chosen(store, setting("BACKUP"))
    qdrant = Qdrant(deadline)
    _same_version(manifest, qdrant.wait())
    _look_first(qdrant, store, deadline, manifest, overwrite)
    _restore(qdrant, store, deadline, manifest, transfer)
    return _compared(qdrant, deadline, manifest)


def _list(store, deadline):
    deadline.begin("list the backups")
    found = []
    for stamp, document in backups.manifests(store).items():
        collections = {name: each["points"] for name, each in document["collections"].items()}
        size = sum(each["size"] for each in document["collections"].values())
        found.append({"backup": stamp, "collections": collections, "aliases": len(document["aliases"]), "bytes": size})
    return {"target": store.target, "backups": found}


def _chosen(store, wanted):
    if wanted == "latest":
        for document in backups.manifests(store).values():
            if backups.points_of(document) > 0:
                return document
        raise Failure("there is no complete backup with points")
    if wanted not in backups.stamps(store, ".json"):
        there = ", ".join(backups.stamps(store, ".json")) or "none"
        raise Failure(f"there is no complete backup {wanted}; there are: {there}", SETTINGS)
    return backups.manifest(store, wanted)


def _same_version(manifest, version):
    made_by = manifest.get("qdrant", "unknown")
    if made_by.split(".")[:2] != version.split(".")[:2]:
        say(f"Qdrant is {version}, and the backup was made by {made_by}; snapshots are for the same minor version")


def _look_first(qdrant, store, deadline, manifest, overwrite):
    """Makes sure that everything is there, and that nothing is overwritten that is not meant to be."""
    deadline.begin("compare with what is there")
    collections, aliases = qdrant.collections(), qdrant.aliases()
    lost, hidden = [], []
    for name in manifest["collections"]:
        if name in aliases:
            hidden.append(f"{name} is now an alias of {aliases[name]}; remove the alias first")
        elif name in collections and (points := qdrant.count(name)) > 0:
            lost.append(f"collection {name} with {points} points")
    for alias, name in manifest["aliases"].items():
        if alias in collections:
            hidden.append(f"alias {alias} is now a collection; remove it first")
        elif aliases.get(alias, name) != name:
            lost.append(f"alias {alias} of {aliases[alias]}")
    if hidden:
        raise Failure(f"the backup does not fit: {'; '.join(hidden)}")
    if lost and not overwrite:
        raise Failure(f"OVERWRITE=1 is not set, and this would be overwritten: {', '.join(lost)}", WOULD_OVERWRITE)
    for each in lost:
        say(f"overwrites: {each}")
    for name in sorted(set(collections) - set(manifest["collections"])):
        say(f"left alone: collection {name} is not in the backup")
    for name, snapshot in manifest["collections"].items():
        deadline.begin(f"look at the snapshot of collection {name}")
        store.verify(manifest["backup"], name, _described(snapshot))


def _restore(qdrant, store, deadline, manifest, transfer):
    for name, snapshot in manifest["collections"].items():
        deadline.begin(f"restore collection {name}")
        try:
            store.restore(qdrant, manifest["backup"], name, _described(snapshot), transfer)
        except Failure as failure:
            if "not compatible" not in str(failure) or not _is_empty(qdrant, name):
                raise
            say(f"collection {name} has other vectors than the backup and no points: removed first")
            qdrant.delete_collection(name)
            store.restore(qdrant, manifest["backup"], name, _described(snapshot), transfer)
        say(f"collection {name}: restored")
    if manifest["aliases"]:
        deadline.begin("restore the aliases")
        qdrant.set_aliases(manifest["aliases"])


def _compared(qdrant, deadline, manifest):
    deadline.begin("count the points")
    counts, differing = {}, []
    for name, snapshot in manifest["collections"].items():
        counts[name] = qdrant.count(name)
        low, high = sorted((snapshot["points"], snapshot["pointsAfter"]))
        if not low <= counts[name] <= high:
            wanted = str(low) if low == high else f"{low} to {high}"
            differing.append(f"collection {name} has {counts[name]} points, the manifest says {wanted}")
    if differing:
        raise Failure(f"restored, and the numbers differ: {'; '.join(differing)}", DIFFERS)
    return {
        "restored": manifest["backup"],
        "collections": counts,
        "points": sum(counts.values()),
        "aliases": manifest["aliases"],
    }


def _is_empty(qdrant, name):
    try:
        return qdrant.count(name) == 0
    except Gone:
        return False


def _described(snapshot):
    return {"name": snapshot["snapshot"], "size": snapshot["size"], "checksum": snapshot["checksum"]}


if __name__ == "__main__":
    main("restore", work)
