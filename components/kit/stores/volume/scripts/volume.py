"""The files of a folder, and the SQLite databases among them."""

import os
import sqlite3
import sys

FOLDER = os.environ["FOLDER"]
FILES = os.environ.get("FILES", "")
LOADED = os.environ.get("LOADED", "")
# What SQLite keeps beside a database while it is open; a copy of it is worth nothing.
BESIDE = ("-wal", "-shm", "-journal")


def databases(folder):
    return [name for name in files(folder) if is_database(os.path.join(folder, name))]


def files(folder):
    """
    Every file below a folder, relative to it. What lies in a folder `objects` comes last: git writes objects before what
    names them, so that a copy in this order names none that it lacks.
    """
    found = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            if not name.endswith(BESIDE) and not name.endswith(".lock") and os.path.isfile(path):
                found.append(os.path.relpath(path, folder))
    return sorted(found, key=lambda each: ("objects" in each.split(os.sep), each))


def is_database(path):
    with open(path, "rb") as content:
        return content.read(16) == b"SQLite format 3\0"


def main(work):
    try:
        work()
    except (OSError, sqlite3.Error) as error:
        sys.exit(str(error))
