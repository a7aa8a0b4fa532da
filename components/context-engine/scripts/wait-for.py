"""Waits until every target is there: an http URL answers with 2xx, or a folder exists.

Arguments: URLs and absolute paths. WAIT_SECONDS: how long altogether, without it as long as it takes. Says at once and
then every 60 s what it waits for and what can be done, and ends with 1 when the time is up.
"""

import os
import signal
import sys
import time
import urllib.error
import urllib.request

SAY_SECONDS = 60
PERIOD_SECONDS = 1


def missing(target):
    """Why a target is not there; None where it is."""
    if target.startswith("/"):
        return None if os.path.isdir(target) else "there is no such folder"
    try:
        with urllib.request.urlopen(target, timeout=5) as answer:
            return None if answer.status < 300 else f"HTTP {answer.status}"
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))


def remedy(target):
    if target.startswith("/"):
        return "see whether the repository was fetched or uploaded: npx fleet repos list"
    return "see whether its pod is ready, and whether a network policy lets this pod reach it"


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seconds = float(os.environ.get("WAIT_SECONDS", "inf"))
    start = time.monotonic()
    said = -SAY_SECONDS
    for target in sys.argv[1:]:
        while (why := missing(target)) is not None:
            now = time.monotonic()
            if now - start > seconds:
                sys.exit(f"{target} is not there after {seconds:.0f} s: {why}; remedy: {remedy(target)}")
            if now - said >= SAY_SECONDS:
                print(f"waiting for {target} for {now - start:.0f} s: {why}; remedy: {remedy(target)}", flush=True)
                said = now
            time.sleep(PERIOD_SECONDS)
        print(f"{target} is there", flush=True)


main()
