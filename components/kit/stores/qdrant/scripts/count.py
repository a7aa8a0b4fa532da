"""Counts the points of every collection. An alias is there or not, and has nothing of its own."""

from qdrant import aliases, collections, count, main


def work():
    for name in collections():
        print(count(name), name)
    for alias, name in sorted(aliases().items()):
        print(0, f"alias {alias} of {name}")


main(work)
