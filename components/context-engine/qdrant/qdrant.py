"""The part of Qdrant's REST API that backups need."""

import hashlib
import http.client
import json
import os
import shutil
import time
from urllib.parse import quote, urlsplit

from run import DIFFERS, FAILED, NO_ROOM, NOT_THERE, REFUSED, SETTINGS
from run import Failure, Gone, no_room, number, one_line, secret, setting

PIECE = 1 << 20


class Qdrant:
    def __init__(self, deadline):
        url = urlsplit(setting("QDRANT_URL"))
        if url.scheme not in ("http", "https") or not url.hostname:
            raise Failure("QDRANT_URL is no http or https URL", SETTINGS)
        self._url = url
        self._key = secret("QDRANT_API_KEY", "")
        self._wait = number("QDRANT_WAIT_SECONDS", "60")
        self._deadline = deadline

    def wait(self):
        """Waits until Qdrant serves. @returns its version"""
        self._deadline.begin("wait for Qdrant")
        end = time.monotonic() + min(self._wait, self._deadline.left())
        while True:
            try:
                self.call("GET", "/readyz", plain=True)
                return self.call("GET", "/", plain=True).get("version", "unknown")
            except Failure as failure:
                if failure.code != NOT_THERE:
                    raise
                if time.monotonic() > end:
                    raise Failure(f"Qdrant is not there after {self._wait} s: {failure}", NOT_THERE) from None
            time.sleep(0.5)

    def collections(self):
        return sorted(each["name"] for each in self.call("GET", "/collections")["collections"])

    def aliases(self):
        """Every alias with the name of its collection."""
        found = self.call("GET", "/aliases")["aliases"]
        return dict(sorted((each["alias_name"], each["collection_name"]) for each in found))

    def set_aliases(self, aliases):
        actions = [{"create_alias": {"collection_name": name, "alias_name": alias}} for alias, name in aliases.items()]
        self.call("POST", "/collections/aliases", {"actions": actions})

    def count(self, collection):
        return self.call("POST", f"{_path(collection)}/points/count", {"exact": True})["count"]

    def delete_collection(self, collection):
        self.call("DELETE", _path(collection))

    def snapshots(self, collection):
        return [each["name"] for each in self.call("GET", f"{_path(collection)}/snapshots")]

    def create_snapshot(self, collection):
        """@returns name, size and checksum, the latter None where Qdrant tells none"""
        made = self.call("POST", f"{_path(collection)}/snapshots?wait=true")
        return {"name": made["name"], "size": made["size"], "checksum": made.get("checksum")}

    def delete_snapshot(self, collection, name):
        self.call("DELETE", f"{_path(collection)}/snapshots/{quote(name, safe='')}?wait=true")

    def download_snapshot(self, collection, name, size, file):
        """Writes a snapshot into a file. @returns its checksum"""
        room = shutil.disk_usage(os.path.dirname(file)).free
        if room < size:
            raise Failure(f"no room in SCRATCH_DIR: snapshot {name} has {size} bytes, and {room} are free", NO_ROOM)
        digest = hashlib.sha256()
        got = 0
        path = f"{_path(collection)}/snapshots/{quote(name, safe='')}"
        with self._request("GET", path) as response, open(file, "wb") as out:
            while piece := self._read(response):
                out.write(piece)
                digest.update(piece)
                got += len(piece)
        if got != size:
            raise Failure(f"the download of snapshot {name} ended after {got} of {size} bytes", DIFFERS)
        return digest.hexdigest()

    def recover(self, collection, location, checksum):
        """Makes a collection what a snapshot says that Qdrant itself can read."""
        body = {"location": location, "priority": "snapshot", "checksum": checksum}
        self.call("PUT", f"{_path(collection)}/snapshots/recover?wait=true", body)

    def upload(self, collection, file, name, checksum):
        """Makes a collection what a snapshot in a file says. Qdrant keeps it as a snapshot of the collection."""
        mark = "memory-fleet-" + os.urandom(16).hex()
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="snapshot"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{mark}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "Content-Length": str(len(head) + os.path.getsize(file) + len(tail)),
        }
        path = f"{_path(collection)}/snapshots/upload?priority=snapshot&wait=true&checksum={checksum}"
        with self._request("POST", path, _around(head, file, tail), headers) as response:
            response.read()

    def call(self, method, path, body=None, plain=False):
        """One request. @returns what is in `result` of the answer, the whole of it where it is a plain one"""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        with self._request(method, path, data, headers) as response:
            pieces = []
            while piece := self._read(response):
                pieces.append(piece)
        text = b"".join(pieces).decode("utf-8", "replace")
        if plain:
            return _json(text) if text.startswith("{") else {}
        answer = _json(text)
        if answer.get("result") is None:
            raise Failure(f"{self._name(method, path)}: Qdrant answered without a result: {one_line(text)}")
        return answer["result"]

    def _request(self, method, path, body=None, headers=()):
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        # The deadline ends everything; this is for where it cannot, in the middle of a handshake.
        connection = kind(self._url.hostname, self._url.port, timeout=self._deadline.left() + 5)
        key = {"api-key": self._key} if self._key else {}
        every = {**key, **dict(headers), "Connection": "close"}
        name = self._name(method, path)
        try:
            connection.request(method, self._url.path.rstrip("/") + path, body, every)
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses a long request answers and closes before it has read all.
            pass
        except OSError as error:
            raise Failure(f"{name}: {error}", NOT_THERE) from None
        try:
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"{name}: the connection was cut before the answer ({_said(error)})", NOT_THERE) from None
        if response.status < 300 and response.status != 202:
            return response
        raise _refusal(name, response.status, response.read(10_000).decode("utf-8", "replace"))

    def _read(self, response):
        try:
            return response.read(PIECE)
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"the connection to Qdrant was cut ({_said(error)})", NOT_THERE) from None

    def _name(self, method, path):
        return f"{method} {self._url.scheme}://{self._url.netloc.rpartition('@')[2]}{path.partition('?')[0]}"


def _refusal(name, status, text):
    """What a status of HTTP means."""
    said = one_line(_error_of(text))
    if status in (401, 403):
        why = f"Qdrant refuses the key in QDRANT_API_KEY, or wants one (HTTP status {status}: {said})"
        return Failure(f"{name}: {why}", REFUSED, answered=True)
    if status == 404:
        return Gone(f"{name}: not found ({said})", answered=True)
    if no_room(text):
        return Failure(f"{name}: no room on Qdrant's volume ({said})", NO_ROOM, answered=True)
    if "checksum mismatch" in text.lower():
        return Failure(f"{name}: the snapshot is not what was backed up ({said})", DIFFERS, answered=True)
    passing = status in (502, 503, 504)
    return Failure(f"{name}: HTTP status {status}: {said}", NOT_THERE if passing else FAILED, answered=not passing)


def _said(error):
    return str(error) or type(error).__name__


def _error_of(text):
    try:
        return json.loads(text)["status"]["error"]
    except (ValueError, KeyError, TypeError):
        return text


def _json(text):
    try:
        return json.loads(text)
    except ValueError:
        raise Failure(f"Qdrant's answer is no JSON: {one_line(text)}") from None


def _path(collection):
    return f"/collections/{quote(collection, safe='')}"


def _around(head, file, tail):
    yield head
    with open(file, "rb") as content:
        while piece := content.read(PIECE):
            yield piece
    yield tail


def checksum_of(file):
    digest = hashlib.sha256()
    with open(file, "rb") as content:
        while piece := content.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
