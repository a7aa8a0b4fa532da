"""
Where backups are: on the volume of Qdrant's snapshots, or in a bucket.

A store has records, which are small JSON documents, and the content of snapshots. There are two kinds of records:
  <stamp>.json  the manifest of a complete backup
  <stamp>.run   what a run has made or is about to remove; it is there while the run is under way, and after one that
                could not tidy up
"""

import json
import os
from urllib.parse import quote

from qdrant import checksum_of
from run import DIFFERS, NO_ROOM, SETTINGS, Failure, Gone, choice, folder, no_room, setting
from s3 import S3

# Folder of the records on the volume. Qdrant lists only files that end with .snapshot as snapshots.
RECORDS = "memory-fleet"


def store_for(deadline):
    """The store that the settings name."""
    return VolumeStore() if choice("TARGET", ("volume", "s3")) == "volume" else BucketStore(deadline)


class VolumeStore:
    """Snapshots stay where Qdrant puts them: <folder>/<collection>/<name>."""

    target = "volume"

    def __init__(self):
        self._folder = folder("SNAPSHOTS_DIR")
        # Where Qdrant itself has the volume.
        self._location = setting("QDRANT_SNAPSHOTS_DIR", "/qdrant/snapshots")
        self._records = os.path.join(self._folder, RECORDS)

    def prepare(self):
        """Makes sure that something can be written. A run that only reads does without."""
        os.makedirs(self._records, exist_ok=True)
        for name in os.listdir(self._records):
            if name.startswith(".new-"):
                os.unlink(os.path.join(self._records, name))

    def records(self):
        return sorted(os.listdir(self._records)) if os.path.isdir(self._records) else []

    def read(self, record):
        try:
            with open(os.path.join(self._records, record), encoding="utf-8") as content:
                return content.read()
        except FileNotFoundError:
            raise Gone(f"there is no {record} on the volume") from None

    def write(self, record, text):
        new = os.path.join(self._records, f".new-{record}")
        try:
            with open(new, "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            if no_room(error):
                raise Failure(f"no room on the snapshots volume for {record}", NO_ROOM) from None
            raise
        os.replace(new, os.path.join(self._records, record))
        _sync(self._records)

    def remove(self, record):
        path = os.path.join(self._records, record)
        if os.path.exists(path):
            os.unlink(path)
            _sync(self._records)

    def keep(self, qdrant, stamp, collection, made):
        """Makes sure that a new snapshot is in the store. @returns its checksum"""
        return self.verify(stamp, collection, made)

    def verify(self, _stamp, collection, snapshot):
        """Reads a snapshot and holds it against what is known of it. @returns its checksum"""
        file = self._file(collection, snapshot["name"])
        if not os.path.isfile(file):
            raise Failure(f"there is no snapshot at {file}: is this the volume of Qdrant's snapshots?", SETTINGS)
        found = checksum_of(file)
        if os.path.getsize(file) != snapshot["size"]:
            raise Failure(f"{file} has {os.path.getsize(file)} bytes, not {snapshot['size']}", DIFFERS)
        return same_checksum(found, snapshot, file)

    def restore(self, qdrant, stamp, collection, snapshot, transfer):
        """Makes a collection what a snapshot says."""
        if transfer == "upload":
            return uploaded(qdrant, collection, self._file(collection, snapshot["name"]), snapshot["checksum"])
        path = f"{self._location}/{quote(collection, safe='')}/{quote(snapshot['name'], safe='')}"
        return qdrant.recover(collection, f"file://{path}", snapshot["checksum"])

    def drop(self, qdrant, _stamp, collection, name):
        """Removes a snapshot; one that is gone is no error."""
        try:
            qdrant.delete_snapshot(collection, name)
        except Gone:
            # Qdrant does not know the snapshots of a collection that is gone, and leaves their files.
            for file in (self._file(collection, name), self._file(collection, f"{name}.checksum")):
                if os.path.exists(file):
                    os.unlink(file)

    def drop_rest(self, _stamp):
        """There is no more to a backup than its snapshots."""

    def _file(self, collection, name):
        for part in (collection, name):
            if part in ("", ".", "..") or "/" in part:
                raise Failure(f"{collection}/{name} is no place of a snapshot")
        return os.path.join(self._folder, collection, name)


class BucketStore:
    """Snapshots are copied to <prefix>/<stamp>/<collection>/<name>, and Qdrant keeps none. Records are at <prefix>/."""

    target = "s3"

    def __init__(self, deadline):
        self._scratch = folder("SCRATCH_DIR")
        self._s3 = S3(deadline, self._scratch)
        prefix = setting("S3_PREFIX", "").strip("/")
        self._prefix = f"{prefix}/" if prefix else ""

    def prepare(self):
        """A bucket needs no folders."""

    def records(self):
        return sorted(key.removeprefix(self._prefix) for key in self._s3.keys(self._prefix, flat=True))

    def read(self, record):
        return self._s3.get_text(self._prefix + record)

    def write(self, record, text):
        self._s3.put_text(self._prefix + record, text)

    def remove(self, record):
        self._s3.delete(self._prefix + record)

    def keep(self, qdrant, stamp, collection, made):
        file = os.path.join(self._scratch, "snapshot")
        try:
            found = qdrant.download_snapshot(collection, made["name"], made["size"], file)
            same_checksum(found, made, f"the download of snapshot {made['name']}")
            self._s3.put(self._key(stamp, collection, made["name"]), file)
        finally:
            _unlink(file)
        qdrant.delete_snapshot(collection, made["name"])
        return found

    def verify(self, stamp, collection, snapshot):
        """Makes sure that a snapshot is in the bucket; its checksum is seen when it is fetched."""
        key = self._key(stamp, collection, snapshot["name"])
        size = self._s3.keys(key).get(key)
        if size != snapshot["size"]:
            found = "is not there" if size is None else f"has {size} bytes, not {snapshot['size']}"
            raise Failure(f"s3://{self._s3.bucket}/{key} {found}", DIFFERS)
        return snapshot["checksum"]

    def restore(self, qdrant, stamp, collection, snapshot, _transfer):
        file = os.path.join(self._scratch, "snapshot")
        key = self._key(stamp, collection, snapshot["name"])
        try:
            self._s3.get(key, file)
            same_checksum(checksum_of(file), snapshot, f"s3://{self._s3.bucket}/{key}")
            uploaded(qdrant, collection, file, snapshot["checksum"])
        finally:
            _unlink(file)

    def drop(self, qdrant, stamp, collection, name):
        self._s3.delete(self._key(stamp, collection, name))
        try:
            # It is there only where a run ended between the copy and this.
            qdrant.delete_snapshot(collection, name)
        except Gone:
            pass

    def drop_rest(self, stamp):
        for key in self._s3.keys(f"{self._prefix}{stamp}/"):
            self._s3.delete(key)
        self._s3.abort_uploads(f"{self._prefix}{stamp}/")

    def _key(self, stamp, collection, name):
        return f"{self._prefix}{stamp}/{collection}/{name}"


# Name of a snapshot that a restore has sent to Qdrant, which keeps it until it is told otherwise.
UPLOADED = "memory-fleet-restore.snapshot"


def uploaded(qdrant, collection, file, checksum):
    qdrant.upload(collection, file, UPLOADED, checksum)
    try:
        qdrant.delete_snapshot(collection, UPLOADED)
    except Gone:
        pass


def same_checksum(found, snapshot, what):
    """@throws Failure where a snapshot is not what it was said to be"""
    said = snapshot.get("checksum")
    if said is not None and said.lower() != found:
        raise Failure(f"the checksum of {what} differs: it is {found}, and {said} was said", DIFFERS)
    return found


def parsed(text, record):
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Failure(f"{record} is no JSON document")
    return document


def _unlink(file):
    if os.path.exists(file):
        os.unlink(file)


def _sync(path):
    """Makes the names in a folder last."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
