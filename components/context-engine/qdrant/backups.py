"""The backups of a store: which there are, which are kept, and what is removed with those that are not."""

import json
import re
from datetime import datetime, timedelta, timezone

from run import Failure, Gone, say, utc_now
from stores import parsed

VERSION = 1
STAMP = "%Y%m%dT%H%M%SZ"
# Clocks of two machines may differ that much, in seconds.
SKEW = 120


def manifest_name(stamp):
    return f"{stamp}.json"


def journal_name(stamp):
    return f"{stamp}.run"


def stamps(store, ending):
    """The stamps of the records of a kind, the newest first."""
    found = (record.removesuffix(ending) for record in store.records() if record.endswith(ending))
    return sorted((stamp for stamp in found if re.fullmatch(r"\d{8}T\d{6}Z", stamp)), reverse=True)


def manifests(store):
    """The complete backups by their stamps, the newest first. One that cannot be read is told, and left alone."""
    found = {}
    for stamp in stamps(store, ".json"):
        try:
            found[stamp] = manifest(store, stamp)
        except Failure as failure:
            say(f"left alone: {failure}")
    return found


def manifest(store, stamp):
    """@throws Gone, Failure where it is of another version or no manifest at all"""
    record = manifest_name(stamp)
    document = parsed(store.read(record), record)
    if document.get("version") != VERSION or not isinstance(document.get("collections"), dict):
        raise Failure(f"{record} is no manifest of version {VERSION}")
    return document


def points_of(document):
    return sum(each["points"] for each in document["collections"].values())


class Journal:
    """What a run has made so far, written down before it can be forgotten."""

    def __init__(self, store, stamp, document):
        self._store = store
        self.stamp = stamp
        self._document = document

    @classmethod
    def begun(cls, store, stamp, seconds):
        until = (utc_now() + timedelta(seconds=seconds)).isoformat()
        journal = cls(store, stamp, {"until": until, "ended": False, "removes": False, "snapshots": []})
        journal._write()
        return journal

    @classmethod
    def of(cls, store, stamp):
        record = journal_name(stamp)
        return cls(store, stamp, parsed(store.read(record), record))

    def asks(self, collection, before):
        """A snapshot is about to be made, and these are there already."""
        self._document["snapshots"].append({"collection": collection, "before": before})
        self._write()

    def made(self, collection, name):
        self._document["snapshots"][-1] = {"collection": collection, "name": name}
        self._write()

    def made_none(self):
        self._document["snapshots"].pop()
        self._write()

    def forget(self, qdrant, collection):
        """The collection is gone, and with it the use of its snapshot."""
        snapshots = self._document["snapshots"]
        if snapshots and snapshots[-1]["collection"] == collection:
            if name := snapshots[-1].get("name"):
                self._store.drop(qdrant, self.stamp, collection, name)
            snapshots.pop()
            self._write()

    def done(self):
        self._store.remove(journal_name(self.stamp))

    def tidy(self, qdrant, known):
        """
        Removes what the run has made and no manifest names.

        :param known: names of the snapshots of complete backups, by collection
        """
        store, stamp = self._store, self.stamp
        if not self._document["removes"]:
            self._document["ended"] = True
            try:
                self._write()
            except Failure:
                # Where there is no room left, what is removed now makes it.
                pass
            if manifest_name(stamp) in store.records():
                self.done()
                return
        store.remove(manifest_name(stamp))
        open_ends = False
        for entry in self._document["snapshots"]:
            collection, name = entry["collection"], entry.get("name")
            if name is None:
                name, is_open = self._found(qdrant, entry, known)
                open_ends = open_ends or is_open
            if name is not None and name not in known.get(collection, ()):
                store.drop(qdrant, stamp, collection, name)
                say(f"removed: snapshot {name} of backup {stamp}")
        store.drop_rest(stamp)
        if not open_ends:
            self.done()

    def may_be_under_way(self):
        return not self._document["ended"] and utc_now() < self._until()

    def _found(self, qdrant, entry, known):
        """
        The snapshot of a request whose answer never came: the only one that is new since, in Qdrant's own way of
        naming, and made while the run was under way. @returns its name or None, and whether it may still come
        """
        collection = entry["collection"]
        try:
            there = qdrant.snapshots(collection)
        except Gone:
            return None, False
        begun = datetime.strptime(self.stamp, STAMP).replace(tzinfo=timezone.utc)
        skew = timedelta(seconds=SKEW)
        new = [
            name
            for name in there
            if name not in entry["before"]
            and name not in known.get(collection, ())
            and (made := _made_at(collection, name)) is not None
            and begun - skew <= made <= self._until() + skew
        ]
        if len(new) == 1:
            return new[0], False
        if new:
            say(f"left alone: {', '.join(new)}: one of them is of backup {self.stamp}, and nothing tells which")
        return None, not new and utc_now() < self._until()

    def _until(self):
        return datetime.fromisoformat(self._document["until"])

    def _write(self):
        self._store.write(journal_name(self.stamp), json.dumps(self._document))


def _made_at(collection, name):
    """When a snapshot was made, by its name: <collection>-<peer>-<time>.snapshot"""
    match = re.fullmatch(re.escape(collection) + r"-\d+-(\d{4}(?:-\d\d){5})\.snapshot", name)
    try:
        return match and datetime.strptime(match[1], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def known_snapshots(documents):
    """Names of the snapshots of some backups, by collection."""
    known = {}
    for document in documents:
        for collection, each in document["collections"].items():
            known.setdefault(collection, set()).add(each["snapshot"])
    return known


def tidy_leftovers(store, qdrant):
    """Removes what runs have left that could not tidy up themselves."""
    for stamp in stamps(store, ".run"):
        journal = Journal.of(store, stamp)
        if journal.may_be_under_way():
            say(f"left alone: backup {stamp}, which may be under way; its time is not over")
        else:
            journal.tidy(qdrant, known_snapshots(each for other, each in manifests(store).items() if other != stamp))


def superseded(documents, retention):
    """
    The backups that are not kept, the oldest first. Only backups with points count: Qdrant without any may have lost
    them, and then no number of empty backups takes the last full one away.

    :param documents: the complete backups by their stamps, the newest first
    """
    full = [stamp for stamp, document in documents.items() if points_of(document) > 0]
    empty = [stamp for stamp in list(documents)[1:] if stamp not in full]
    return sorted(full[retention:] + empty)


def remove_backup(store, qdrant, stamp, documents):
    """Removes a backup: its manifest first, so that there is no moment in which an incomplete one looks complete."""
    collections = documents[stamp]["collections"]
    snapshots = [{"collection": name, "name": each["snapshot"]} for name, each in collections.items()]
    # Written down, so that the next run goes on where this one is stopped.
    document = {"until": utc_now().isoformat(), "ended": True, "removes": True, "snapshots": snapshots}
    store.write(journal_name(stamp), json.dumps(document))
    others = (each for other, each in documents.items() if other != stamp)
    Journal(store, stamp, document).tidy(qdrant, known_snapshots(others))
