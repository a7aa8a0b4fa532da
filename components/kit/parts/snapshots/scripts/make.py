"""Makes a set of snapshots, one of each claim, and removes the sets that are not kept.

  CLAIMS   names of the claims, in the order in which they are cut
  CLASS    VolumeSnapshotClass; empty: the default of the driver
  LABELS   further labels of the snapshots, as JSON
  KEEP     number of newest complete sets that are kept
  WRITERS  Deployments that are stopped while the snapshots are cut, each as name=replicas; empty: none

A set is cut claim by claim: the next one only after the storage has said when it cut the last. What is not kept goes only
after all of the new set can be used; a set that somebody has brought is theirs to remove.
"""

import json
import os
import signal
import time

import cluster
from cluster import Failed, of_namespace, request, until

CLAIM_NAMES = os.environ["CLAIMS"].split()
WRITERS = [each.split("=") for each in os.environ["WRITERS"].split()]
# Seconds that storage has to cut one claim while servers are away for it.
PATIENCE = 120 if WRITERS else cluster.DEADLINE
# Tries to start a server again, a second apart: less than a pod has to end by itself.
TRIES = 20
FOLDER = of_namespace(cluster.SNAPSHOTS, "volumesnapshots")


def make():
    counted = cluster.counts()
    name = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    try:
        for writer, _ in WRITERS:
            scale(writer, 0)
        for writer, _ in WRITERS:
            until(f"Deployment {writer} stops", lambda: not pods_of(writer), PATIENCE)
        for claim in CLAIM_NAMES:
            cut(claim, name, counted)
    finally:
        start_again()
    made = [ready(claim, name) for claim in CLAIM_NAMES]
    kept, removed = tidy(name)
    sizes = {each["spec"]["source"]["persistentVolumeClaimName"]: each["status"].get("restoreSize") for each in made}
    return {"set": name, "snapshots": sizes, "counts": counted, "kept": kept, "removed": removed}


def start_again():
    """Whatever happens, and whatever becomes of the others: a server that stays away is worse than a set that is missing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    away, why = list(WRITERS), None
    for _ in range(TRIES):
        for each in list(away):
            try:
                scale(each[0], int(each[1]))
                away.remove(each)
            except Failed as error:
                why = error
        if not away:
            break
        time.sleep(1)
    signal.signal(signal.SIGTERM, cluster.stop)
    if away:
        raise Failed(f"not started again: {', '.join(name for name, _ in away)}: {why}")


def scale(writer, replicas):
    path = of_namespace("/apis/apps/v1", "deployments", writer, "scale")
    patch = {"spec": {"replicas": replicas}}
    if request("PATCH", path, patch, "application/merge-patch+json") is None:
        raise Failed(f"there is no Deployment {writer} to be stopped")


def pods_of(writer):
    """Those that still end are among them: only what is gone writes no more."""
    path = of_namespace("/apis/apps/v1", "deployments", writer, "scale")
    selector = cluster.quote(request("GET", path)["status"]["selector"])
    return request("GET", f"{of_namespace('/api/v1', 'pods')}?labelSelector={selector}")["items"]


def cut(claim, name, counted):
    document = {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshot",
        "metadata": {
            "name": f"{claim}-{name}",
            "labels": {**json.loads(os.environ["LABELS"]), cluster.SETS: cluster.NAME, cluster.SET: name},
            "annotations": {
                cluster.CLAIMS: " ".join(CLAIM_NAMES),
                cluster.COUNTS: json.dumps(counted, separators=(",", ":")),
            },
        },
        "spec": {
            "source": {"persistentVolumeClaimName": claim},
            **({"volumeSnapshotClassName": os.environ["CLASS"]} if os.environ["CLASS"] else {}),
        },
    }
    if request("POST", FOLDER, document) is None:
        raise Failed("the cluster has no kind VolumeSnapshot: install the CRDs and the controller of CSI snapshots")
    wait_for(claim, name, "is cut", lambda status: status.get("creationTime"), PATIENCE)


def ready(claim, name):
    return wait_for(claim, name, "can be used", lambda status: status.get("readyToUse"), cluster.DEADLINE)


def wait_for(claim, name, what, holds, seconds):
    said = []

    def look():
        found = request("GET", f"{FOLDER}/{claim}-{name}") or {}
        status = found.get("status", {})
        # The storage tries again by itself; its last word is the reason where it does not succeed in time.
        said[:] = [status.get("error", {}).get("message", "the storage has said nothing")]
        return found if holds(status) else None

    try:
        return until(f"VolumeSnapshot {claim}-{name} {what}", look, min(seconds, cluster.DEADLINE))
    except Failed as error:
        raise Failed(f"{error}: {said[-1]}" if said else str(error)) from None


def tidy(name):
    """Removes sets that are not kept, and those that were never finished. @returns numbers of both"""
    sets = {each: members for each, members in cluster.snapshots().items() if cluster.is_made_here(members)}
    complete = [each for each, members in sets.items() if cluster.is_complete(members)]
    if name not in complete:
        raise Failed(f"set {name} is gone before it was complete")
    kept = complete[-int(os.environ["KEEP"]) :]
    # One that is younger than this is another run's.
    old = [each for each in sets if each not in kept and each < name]
    for each in old:
        for snapshot in sets[each]:
            request("DELETE", f"{FOLDER}/{snapshot['metadata']['name']}")
    return len(kept), len(old)


cluster.main(make)
