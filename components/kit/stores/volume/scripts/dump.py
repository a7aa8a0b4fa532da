"""Copies every file of FOLDER into FILES. A database is copied by SQLite, which others may go on writing to."""

import os
import shutil
import sqlite3
from contextlib import closing

from volume import FILES, FOLDER, files, is_database, main


def work():
    for name in files(FOLDER):
        source, target = os.path.join(FOLDER, name), os.path.join(FILES, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        try:
            if is_database(source):
                copy_database(source, target)
            else:
                shutil.copy2(source, target)
        except FileNotFoundError:
            print(f"{name} was removed meanwhile, and is not in the backup")


def copy_database(source, target):
    with closing(sqlite3.connect(source, timeout=60)) as living, closing(sqlite3.connect(target)) as copy:
        living.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


main(work)
