"""
Backs up Qdrant: a snapshot of every collection, the aliases, and a manifest of them, which is written last and makes
the backup complete. Needs Python 3.11, and curl 7.88 for a bucket.

  QDRANT_URL          where Qdrant is
  QDRANT_API_KEY      its key, where it wants one
  QDRANT_WAIT_SECONDS time that it may take to be there (60)
  TARGET              volume: snapshots stay on the volume of Qdrant's snapshots; s3: they are copied to a bucket
  RETENTION           number of backups that are kept, at least 1
  DEADLINE_SECONDS    time for the whole run; the pod needs 30 more to tidy up
  SNAPSHOTS_DIR       volume: where that volume is mounted here
  S3_ENDPOINT, S3_BUCKET, S3_REGION, S3_PREFIX, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_PART_MIB (512)
                      s3: the bucket and its key, which may read, write, list and delete; addressed by path
  SCRATCH_DIR         s3: a folder with room for the largest snapshot, and a part of it

The last line is the result as JSON, or what failed. Exit codes: 0 complete, 1 failed, 2 settings, 3 Qdrant or the
bucket is not there, 4 a key is refused, 5 no room, 6 content differs from what was said, 8 out of time or stopped.

Qdrant without any collection has a backup too, an empty one, so that a new system is no failure. Backups without points
take no others away, see backups.superseded.
"""

import json
import time

import backups
from qdrant import Qdrant
from run import Deadline, Failure, Gone, main, number, say, utc_now
from stores import store_for


def work():
    retention = number("RETENTION")
    deadline = Deadline(number("DEADLINE_SECONDS"))
    qdrant = Qdrant(deadline)
    store = store_for(deadline)
    version = qdrant.wait()
    deadline.begin("remove what earlier runs left")
    store.prepare()
    backups.tidy_leftovers(store, qdrant)
    stamp = _new_stamp(store)
    journal = backups.Journal.begun(store, stamp, deadline.seconds)
    try:
        manifest, warnings = _take(qdrant, store, deadline, journal)
        about = {"version": backups.VERSION, "backup": stamp, "time": utc_now().isoformat(), "qdrant": version}
        manifest = {**about, **manifest}
        deadline.begin("write the manifest")
        store.write(backups.manifest_name(stamp), json.dumps(manifest, indent=1, sort_keys=True))
    except (Failure, OSError):
        _give_up(qdrant, store, deadline, journal)
        raise
    journal.done()
    return _result(store, qdrant, deadline, manifest, retention, warnings)


def _take(qdrant, store, deadline, journal):
    """Makes the snapshots. @returns what the manifest says of them, and warnings"""
    taken, warnings = {}, []
    for collection in qdrant.collections():
        deadline.begin(f"make a snapshot of collection {collection}")
        started = time.monotonic()
        try:
            taken[collection] = _snapshot(qdrant, store, deadline, journal, collection)
        except Gone:
            if collection in qdrant.collections():
                raise
            # Whoever removed a collection wants no backup of it, and the others still need theirs.
            journal.forget(qdrant, collection)
            warnings.append(f"collection {collection} was removed meanwhile, and is not in the backup")
            say(warnings[-1])
            continue
        size, points = taken[collection]["size"], taken[collection]["points"]
        say(f"collection {collection}: {points} points, {size} bytes, {time.monotonic() - started:.1f} s")
    deadline.begin("read the aliases")
    aliases = {}
    for alias, collection in qdrant.aliases().items():
        if collection in taken:
            aliases[alias] = collection
        else:
            warnings.append(f"alias {alias} is of collection {collection}, which is not in the backup")
    return {"target": store.target, "collections": taken, "aliases": aliases}, warnings


def _snapshot(qdrant, store, deadline, journal, collection):
    points = qdrant.count(collection)
    journal.asks(collection, qdrant.snapshots(collection))
    try:
        made = qdrant.create_snapshot(collection)
    except Failure as failure:
        if failure.answered:
            journal.made_none()
        raise
    journal.made(collection, made["name"])
    deadline.begin(f"keep the snapshot of collection {collection}")
    checksum = store.keep(qdrant, journal.stamp, collection, made)
    # Who writes meanwhile makes the number in the snapshot lie between the two.
    return {
        "points": points,
        "pointsAfter": qdrant.count(collection),
        "snapshot": made["name"],
        "size": made["size"],
        "checksum": checksum,
    }


def _give_up(qdrant, store, deadline, journal):
    """Removes what a failed run has made; what cannot be removed now, the next run removes."""
    deadline.tidy()
    try:
        store.remove(backups.manifest_name(journal.stamp))
        journal.tidy(qdrant, backups.known_snapshots(backups.manifests(store).values()))
    except (Failure, OSError) as error:
        say(f"the next run removes what this one made: {error}")


def _result(store, qdrant, deadline, manifest, retention, warnings):
    """Removes the backups that are not kept any more. The backup is complete, whatever becomes of that."""
    deadline.begin("remove old backups")
    stamp, removed = manifest["backup"], []
    documents = backups.manifests(store)
    points = backups.points_of(manifest)
    previous = next((each for other, each in documents.items() if other != stamp), None)
    if previous and points == 0 and backups.points_of(previous) > 0:
        warnings.append(f"Qdrant has no points, and backup {previous['backup']} has {backups.points_of(previous)}")
    if not manifest["collections"]:
        say("Qdrant has no collections: the backup is empty")
    try:
        for old in backups.superseded(documents, retention):
            backups.remove_backup(store, qdrant, old, documents)
            del documents[old]
            removed.append(old)
    except (Failure, OSError) as error:
        warnings.append(f"old backups are not all removed, the next run goes on: {error}")
    return {
        "backup": stamp,
        "target": store.target,
        "collections": {name: each["points"] for name, each in manifest["collections"].items()},
        "points": points,
        "bytes": sum(each["size"] for each in manifest["collections"].values()),
        "aliases": len(manifest["aliases"]),
        "removed": removed,
        "kept": len(documents),
        "warnings": warnings,
    }


def _new_stamp(store):
    """The time as a name that no other backup has."""
    while True:
        stamp = utc_now().strftime(backups.STAMP)
        if not {backups.manifest_name(stamp), backups.journal_name(stamp)} & set(store.records()):
            return stamp
        time.sleep(0.2)


if __name__ == "__main__":
    main("backup", work)
