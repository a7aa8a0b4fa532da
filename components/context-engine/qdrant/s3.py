"""A bucket of S3 or of what speaks like it, by curl, which signs the requests (AWS Signature Version 4)."""

import hashlib
import os
import subprocess
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from run import DIFFERS, FAILED, NO_ROOM, NOT_THERE, REFUSED, SETTINGS, Failure, Gone, number, one_line, secret, setting

EMPTY = hashlib.sha256(b"").hexdigest()
# Codes of curl for: a full disk here; no address, no connection, no answer in time, an answer that breaks off.
WRITE_ERROR = 23
CONNECTION_ERRORS = (5, 6, 7, 18, 28, 35, 52, 55, 56)


class S3:
    def __init__(self, deadline, scratch):
        endpoint = setting("S3_ENDPOINT").rstrip("/")
        if urlsplit(endpoint).scheme not in ("http", "https"):
            raise Failure("S3_ENDPOINT is no http or https URL", SETTINGS)
        self.bucket = setting("S3_BUCKET")
        self._url = f"{endpoint}/{quote(self.bucket, safe='')}"
        self._region = setting("S3_REGION")
        self._id = secret("S3_ACCESS_KEY_ID")
        self._secret = secret("S3_SECRET_ACCESS_KEY")
        # S3 takes no more than 5 GiB in one request, and no more than 10,000 parts.
        self._part_size = number("S3_PART_MIB", "512") << 20
        self._deadline = deadline
        self._scratch = scratch

    def put(self, key, file):
        """Stores a file. The bucket itself makes sure that it gets what is in it: the signature covers the checksum."""
        if os.path.getsize(file) > self._part_size:
            self._put_in_parts(key, file)
        else:
            self._send("PUT", key, upload=file)

    def put_text(self, key, text):
        file = os.path.join(self._scratch, "object")
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        self.put(key, file)
        os.unlink(file)

    def get(self, key, file):
        """Writes an object into a file. @throws Gone"""
        self._send("GET", key, output=file)

    def get_text(self, key):
        """@throws Gone"""
        return self._send("GET", key)

    def delete(self, key):
        """Removes an object; one that is gone is no error."""
        self._send("DELETE", key)

    def keys(self, prefix, flat=False):
        """The keys that begin with a prefix, and their sizes; where flat, without those that have a / after it."""
        found, token = {}, None
        while True:
            query = {"list-type": "2", "prefix": prefix}
            query |= {"delimiter": "/"} if flat else {}
            query |= {"continuation-token": token} if token else {}
            listing = _xml(self._send("GET", "", query=query))
            for each in listing.iter("Contents"):
                found[each.findtext("Key")] = int(each.findtext("Size"))
            token = listing.findtext("NextContinuationToken")
            if not token:
                return found

    def abort_uploads(self, prefix):
        """Removes the parts of uploads that were never completed; not every server can list them."""
        try:
            listing = _xml(self._send("GET", "", query={"prefix": prefix, "uploads": ""}))
        except Failure:
            return
        for each in listing.iter("Upload"):
            key = each.findtext("Key")
            if key.startswith(prefix):
                self._send("DELETE", key, query={"uploadId": each.findtext("UploadId")})

    def _put_in_parts(self, key, file):
        upload = _xml(self._send("POST", key, query={"uploads": ""})).findtext("UploadId")
        part_file = os.path.join(self._scratch, "part")
        parts = []
        try:
            with open(file, "rb") as content:
                while _copy(content, part_file, self._part_size):
                    query = {"partNumber": str(len(parts) + 1), "uploadId": upload}
                    parts.append(self._send("PUT", key, query=query, upload=part_file, give="etag"))
            numbered = (f"<PartNumber>{number}</PartNumber><ETag>{tag}</ETag>" for number, tag in enumerate(parts, 1))
            body = "".join(f"<Part>{part}</Part>" for part in numbered)
            with open(part_file, "w", encoding="utf-8") as out:
                out.write(f"<CompleteMultipartUpload>{body}</CompleteMultipartUpload>")
            answer = _xml(self._send("POST", key, query={"uploadId": upload}, upload=part_file))
            if answer.tag == "Error":
                raise Failure(f"PUT s3://{self.bucket}/{key}: {answer.findtext('Code')}: {answer.findtext('Message')}")
        except Failure:
            self.abort_uploads(key)
            raise
        finally:
            if os.path.exists(part_file):
                os.unlink(part_file)

    def _send(self, method, key, query=None, upload=None, output=None, give="body"):
        """One request. @returns the text of the answer, or its header ETag"""
        name = f"{method} s3://{self.bucket}/{key}"
        answer = output or os.path.join(self._scratch, "answer")
        # Sorted and encoded as the signature wants them, because not every version of curl does that itself.
        asked = "&".join(f"{part}={quote(value, safe='')}" for part, value in sorted((query or {}).items()))
        config = [
            ("url", f"{self._url}/{quote(key, safe='/-_.~')}".rstrip("/") + (f"?{asked}" if asked else "")),
            ("request", method),
            ("user", f"{self._id}:{self._secret}"),
            ("aws-sigv4", f"aws:amz:{self._region}:s3"),
            ("header", f"x-amz-content-sha256: {_checksum(upload) if upload else EMPTY}"),
            ("output", answer),
            ("write-out", "%{http_code} %header{etag}"),
            ("max-time", str(int(self._deadline.left()) + 1)),
            *([("upload-file", upload), ("header", "Content-Type: application/octet-stream")] if upload else []),
        ]
        text = "".join(f"{option} = {_quoted(value)}\n" for option, value in config)
        # Everything that is secret goes through the standard input, because arguments can be read by others.
        command = ["curl", "-q", "--silent", "--show-error", "--globoff", "--path-as-is", "--proto", "=http,https"]
        command += ["--connect-timeout", "10", "--speed-time", "60", "--speed-limit", "1", "--retry", "2"]
        command += ["--config", "-"]
        try:
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise Failure("the program curl is not there: is contextEngine.image the right one?", SETTINGS) from None
        if done.returncode == WRITE_ERROR:
            raise Failure(f"{name}: no room in SCRATCH_DIR ({one_line(done.stderr)})", NO_ROOM)
        if done.returncode != 0:
            code = NOT_THERE if done.returncode in CONNECTION_ERRORS else FAILED
            raise Failure(f"{name}: {one_line(done.stderr)}", code)
        status, _, etag = done.stdout.partition(" ")
        if not status.startswith("2"):
            raise _refusal(name, status, _take(answer))
        if give == "etag":
            return etag.strip()
        return "" if output else _take(answer)


def _refusal(name, status, text):
    try:
        error = _xml(text)
        said = f"{error.findtext('Code')}: {error.findtext('Message')}"
    except Failure:
        said = one_line(text)
    if status in ("401", "403"):
        return Failure(f"{name}: S3 refuses the access key (HTTP status {status}: {said})", REFUSED)
    if status == "404":
        return Gone(f"{name}: not found ({said})")
    if "XAmzContentSHA256Mismatch" in said or "BadDigest" in said:
        return Failure(f"{name}: S3 got something else than was sent ({said})", DIFFERS)
    if status == "507" or "XMinioStorageFull" in said or "QuotaExceeded" in said:
        return Failure(f"{name}: no room in the bucket ({said})", NO_ROOM)
    return Failure(f"{name}: HTTP status {status}: {said}", NOT_THERE if status in ("502", "503", "504") else FAILED)


def _xml(text):
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise Failure(f"S3's answer is no XML: {one_line(text)}") from None
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


def _quoted(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _take(file):
    """The text of a file, which is then removed; nothing where the answer had no body."""
    if not os.path.exists(file):
        return ""
    with open(file, encoding="utf-8", errors="replace") as content:
        text = content.read()
    os.unlink(file)
    return text


def _checksum(file):
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _copy(content, file, size):
    """Writes the next piece into a file. @returns whether there was any"""
    left = size
    with open(file, "wb") as out:
        while left > 0 and (piece := content.read(min(left, 1 << 20))):
            out.write(piece)
            left -= len(piece)
    return left < size
