"""Counts the files, and the rows of every table of every database."""

import os
import sqlite3
from contextlib import closing

from volume import FOLDER, databases, files, main


def work():
    print(len(files(FOLDER)), "files")
    for name in databases(FOLDER):
        with closing(sqlite3.connect(os.path.join(FOLDER, name), timeout=60)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            for (table,) in tables:
                quoted = table.replace('"', '""')
                (rows,) = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()
                print(rows, f"{name}: {table}")


main(work)
