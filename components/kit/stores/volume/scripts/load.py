"""Puts the files in FILES into FOLDER. Ends before it changes anything where a program has a database there open."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing

from volume import BESIDE, FILES, FOLDER, databases, files, main


def work():
    there = databases(FOLDER)
    for name in there:
        with closing(sqlite3.connect(os.path.join(FOLDER, name), timeout=0)) as database:
            try:
                # SQLite leaves the write-ahead log only for whoever has the database alone.
                database.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError:
                sys.exit(f"{name} is in use: stop the server first")
    for name in files(FILES):
        target = os.path.join(FOLDER, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        for beside in BESIDE:
            if os.path.exists(target + beside):
                os.unlink(target + beside)
        shutil.copyfile(os.path.join(FILES, name), target + ".new")
        os.replace(target + ".new", target)


main(work)
