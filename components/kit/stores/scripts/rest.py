"""Requests to a store that speaks REST, and what every script of its backup shares."""

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request

FILES = os.environ.get("FILES", "")
# SIGTERM ends like an error does, so that what a script has made is removed again.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped before it was done"))


class Refused(Exception):
    """An answer that is no success. It never repeats what a store says of a key, which may be the key."""

    def __init__(self, store, method, path, error):
        self.status = error.code
        said = "the key is refused" if error.code in (401, 403) else error.read(600).decode("utf-8", "replace")
        super().__init__(f"{method} {path}: {store} answered {error.code}: {said}")


class Rest:
    """
    The API of a store.

    name      what messages call it
    url       where it is
    ready     a path that answers once it serves, to anybody
    variable  the variable that its key may be in; KEY_OF_STORE says where the key must come from, if it asks for one
    header    the header that shows the key, as a function of it
    """

    def __init__(self, name, url, ready, variable, header):
        self.name, self.url, self.ready = name, url, ready
        key = os.environ.get(variable, "").strip()
        self.headers = header(key) if key else {}

    def request(self, method, path, body=None, headers=()):
        wanted = urllib.request.Request(self.url + path, body, {**self.headers, **dict(headers)}, method=method)
        try:
            return urllib.request.urlopen(wanted)
        except urllib.error.HTTPError as error:
            raise Refused(self.name, method, path, error) from None
        except OSError as error:
            sys.exit(f"{method} {path}: {self.name} does not answer: {getattr(error, 'reason', error)}")

    def call(self, method, path, document=None):
        """@returns an answer"""
        body = None if document is None else json.dumps(document).encode()
        with self.request(method, path, body, {"Content-Type": "application/json"} if body else {}) as answer:
            return json.load(answer)

    def wait(self):
        """Waits until the store serves, for a minute: it may be starting."""
        for left in range(120, -1, -1):
            try:
                with urllib.request.urlopen(self.url + self.ready):
                    return
            except OSError as error:
                if left == 0:
                    sys.exit(f"{self.name} is not ready: {getattr(error, 'reason', error)}")
                time.sleep(0.5)

    def main(self, work):
        """Runs a script; what it raises becomes one line."""
        place = os.environ.get("KEY_OF_STORE")
        if place and not self.headers:
            sys.exit(f"there is no {place}, the key of {self.name}: make it, then run this again")
        try:
            self.wait()
            work()
        except (Refused, OSError, ValueError, KeyError) as error:
            sys.exit(" ".join(str(error).split()) or type(error).__name__)
