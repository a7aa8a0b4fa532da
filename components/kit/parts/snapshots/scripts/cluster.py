"""Requests to the API server of the cluster that this pod runs on, with the account of the pod.

  ACCOUNT    folder with the account's token, namespace and the server's authorities
  ACTION     what the Job is for
  NAME       whose sets of snapshots these are, among those of the namespace
  DEADLINE_SECONDS  time for the whole Job

The last line of the log is JSON, because Kubernetes shows the end of the log as the reason of a failure.
"""

import json
import os
import signal
import ssl
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import quote

ACTION = os.environ["ACTION"]
NAME = os.environ["NAME"]
DEADLINE = int(os.environ["DEADLINE_SECONDS"])
END = time.monotonic() + DEADLINE

SETS = "memory-fleet.dev/snapshots"
SET = "memory-fleet.dev/snapshot-set"
CLAIMS = "memory-fleet.dev/snapshot-claims"
COUNTS = "memory-fleet.dev/snapshot-counts"


class Failed(Exception):
    """Why the Job has failed, in words."""


def stop(*_):
    raise Failed("stopped before it was done")


signal.signal(signal.SIGTERM, stop)


def account(file):
    with open(os.path.join(os.environ["ACCOUNT"], file)) as content:
        return content.read().strip()


def server():
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def request(method, path, document=None, content="application/json"):
    """@returns the answer; None where there is no such object"""
    body = None if document is None else json.dumps(document).encode()
    headers = {"Authorization": f"Bearer {account('token')}", "Content-Type": content, "Accept": "application/json"}
    wanted = urllib.request.Request(server() + path, body, headers, method=method)
    trusted = ssl.create_default_context(cafile=os.path.join(os.environ["ACCOUNT"], "ca.crt"))
    try:
        with urllib.request.urlopen(wanted, context=trusted, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        said = error.read(2000).decode("utf-8", "replace")
        if error.code == 404:
            return None
        try:
            said = json.loads(said)["message"]
        except (ValueError, KeyError):
            pass
        raise Failed(f"{method} {path}: the API server answered {error.code}: {said[:400]}") from None
    except OSError as error:
        raise Failed(f"{method} {path}: the API server does not answer: {getattr(error, 'reason', error)}") from None


def of_namespace(group, *rest):
    return "/".join([group, "namespaces", account("namespace"), *rest])


SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1"


def snapshots():
    """Every snapshot of these sets, by the names of the sets: the oldest set first."""
    selector = quote(f"{SETS}={NAME}")
    found = request("GET", f"{of_namespace(SNAPSHOTS, 'volumesnapshots')}?labelSelector={selector}")
    if found is None:
        raise Failed("the cluster has no kind VolumeSnapshot: install the CRDs and the controller of CSI snapshots")
    sets = {}
    for each in found["items"]:
        name = each["metadata"]["labels"].get(SET)
        if name is not None:
            sets.setdefault(name, []).append(each)
    return dict(sorted(sets.items()))


def is_made_here(members):
    """Whether a set was made by a run. One of given content, as after the loss of a cluster, has not been annotated."""
    return all(CLAIMS in each["metadata"].get("annotations", {}) for each in members)


def is_complete(members):
    """Whether a set has a snapshot of every claim, each of which can be used."""
    wanted = members[0]["metadata"].get("annotations", {}).get(CLAIMS, "").split()
    ready = {each["spec"]["source"].get("persistentVolumeClaimName") for each in members if is_ready(each)}
    return bool(wanted) and ready.issuperset(wanted)


def is_ready(snapshot):
    return snapshot.get("status", {}).get("readyToUse") is True


def until(what, holds, seconds=DEADLINE):
    """Waits until something holds, for so many seconds and no longer than the Job has. @returns what it then is"""
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > min(end, END):
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(1)


def counts():
    """What the stores have, as the containers before this one have counted it."""
    folder = os.path.join(os.environ["WORK"], "there")
    found = {}
    for store in os.environ["STORES"].split():
        with open(os.path.join(folder, store)) as lines:
            pairs = [line.rstrip("\n").split(" ", 1) for line in lines]
        found[store] = {name: int(number) for number, name in pairs}
    return found


def main(work):
    """Runs a script and says in a last line what came of it."""
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        answer, code = {"ok": True, **work()}, 0
    except (Failed, OSError, ValueError, KeyError) as error:
        answer, code = {"ok": False, "why": " ".join(str(error).split())[:600] or type(error).__name__}, 1
    print(json.dumps({"action": ACTION, "time": started, **answer}), flush=True)
    sys.exit(code)
