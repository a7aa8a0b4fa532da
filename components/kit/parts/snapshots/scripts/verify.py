"""Holds what the stores have now against what was counted before a set of snapshots was cut.

  SET  name of the set, or latest: the newest that is complete
"""

import json
import os

import cluster
from cluster import Failed


def verify():
    sets = cluster.snapshots()
    complete = [each for each, members in sets.items() if cluster.is_complete(members)]
    wanted = os.environ["SET"]
    name = (complete[-1] if complete else None) if wanted == "latest" else wanted
    if name not in sets:
        raise Failed(f"there is no set {wanted}" if name else "there is no complete set of snapshots")
    # A set of given content has no counts to compare with.
    counted = json.loads(sets[name][0]["metadata"].get("annotations", {}).get(cluster.COUNTS, "{}"))
    there = cluster.counts()
    lost, differing = [], []
    for store, things in counted.items():
        for thing, number in things.items():
            now = there.get(store, {}).get(thing)
            if now is None:
                lost.append(f"{store}: {thing}")
            elif now != number:
                differing.append(f"{store}: {thing} has {now}, the set says {number}")
    if lost:
        raise Failed(f"what is there is not what set {name} says: {', '.join(lost)} is missing")
    return {"set": name, "counts": there, "compared": bool(counted), "differing": differing}


cluster.main(verify)
