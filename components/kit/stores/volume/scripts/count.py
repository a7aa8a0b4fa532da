"""
Counts the files, and the rows of every table of every database. After a load only files that were loaded count: others,
which a restore leaves alone, may be more than the backup had.
"""

import os
import sqlite3
from contextlib import closing

from volume import FOLDER, LOADED, databases, files, main


def work():
    there = files(FOLDER)
    loaded = set(files(LOADED) if LOADED else there)
    print(sum(name in loaded for name in there), "files")
    for name in databases(FOLDER):
        with closing(sqlite3.connect(os.path.join(FOLDER, name), timeout=60)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            for (table,) in tables:
                quoted = table.replace('"', '""')
                (rows,) = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()
                print(rows, f"{name}: {table}")


main(work)
