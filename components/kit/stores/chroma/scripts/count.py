"""Counts the records of every collection."""

from chroma import collections, count, databases, main, named


def work():
    for database in databases():
        for name, collection in collections(database).items():
            print(count(database, collection), named(database, name))


main(work)
