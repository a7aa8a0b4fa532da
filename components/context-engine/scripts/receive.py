"""Takes an uploaded working tree as the content of a repository.

REPO_NAME     what messages call it
REPO_DIR      the repository's folder; made where it is missing
STAGING_DIR   folder on the same volume that the upload is unpacked to first
WAIT_SECONDS  how long to wait until all of it has come

`receive.py wait` is the container: it waits until an upload has come whole, and then makes it the content of the folder.
`receive.py unpack BYTES` is run beside it: it unpacks that many bytes of a compressed tar archive from its standard input.
The length is said, because not every way into a container can tell the end of an input.

A file is changed in one step, and only where its content differs. Files that are not in the upload go, save those of
`.codebase`, where Context Engine keeps its state. A folder that holds what was not uploaded is refused.
"""

import filecmp
import os
import shutil
import signal
import sys
import tarfile
import time
from pathlib import Path

STATE = ".codebase"
MARK = ".uploaded"
KEPT = {STATE, MARK, "lost+found"}
COMPLETE = ".complete"


class Limited:
    """The first bytes of a stream, as a stream."""

    def __init__(self, stream, length):
        self.stream = stream
        self.left = length

    def read(self, size=-1):
        data = self.stream.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data


def content(staging):
    return staging / "content"


def unpack(staging, length):
    """Unpacks plain files and folders. Links and anything else could lead out of the repository."""
    source = Limited(sys.stdin.buffer, length)
    with tarfile.open(fileobj=source, mode="r|gz") as archive:
        for member in archive:
            if member.isfile() or member.isdir():
                archive.extract(member, content(staging), filter="data", set_attrs=False)
    while source.read(1 << 16):
        pass
    if source.left:
        sys.exit(f"the upload broke off: {source.left} bytes of {length} are missing")
    (staging / COMPLETE).touch()


def files_below(folder):
    """Files of a folder, relative to it, without those that are kept whatever is uploaded."""
    for parent, folders, names in os.walk(folder):
        if Path(parent) == folder:
            folders[:] = [name for name in folders if name not in KEPT]
            names = [name for name in names if name not in KEPT]
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in [*names, *links]:
            yield (Path(parent) / name).relative_to(folder)


def exchange(new, directory):
    """Makes the files of one folder those of the other. @returns how many came, changed and went"""
    wanted = set(files_below(new))
    gone = [path for path in files_below(directory) if path not in wanted]
    # First what goes, because a file may become a folder.
    for path in gone:
        (directory / path).unlink()
    for parent, folders, names in os.walk(directory, topdown=False):
        inside = Path(parent).relative_to(directory).parts
        if inside and inside[0] not in KEPT and not os.listdir(parent):
            os.rmdir(parent)
    changed = 0
    for path in sorted(wanted):
        source, target = new / path, directory / path
        if not target.is_symlink() and target.is_file() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
        changed += 1
    return len(wanted), changed, len(gone)


def refuse_what_is_not_ours(directory):
    others = sorted({entry.name for entry in directory.iterdir()} - KEPT)
    if others and not (directory / MARK).exists():
        sys.exit(f"{directory} holds {others[0]}, which was not uploaded; move it away")


def wait(name, directory, staging, seconds):
    directory.mkdir(parents=True, exist_ok=True)
    refuse_what_is_not_ours(directory)
    shutil.rmtree(staging, ignore_errors=True)
    content(staging).mkdir(parents=True)
    try:
        print(f"{name}: waits for an upload", flush=True)
        end = time.monotonic() + seconds
        while not (staging / COMPLETE).exists():
            if time.monotonic() > end:
                sys.exit(f"{name}: nothing was uploaded within {seconds:.0f} s; remedy: npx fleet repos upload")
            time.sleep(0.5)
        # What runs beside the container is killed with it, so the command is given the time to tell that it went well.
        time.sleep(2)
        # From here on it takes a moment, and half of it would be neither the old content nor the new.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (directory / MARK).touch()
        came, changed, gone = exchange(content(staging), directory)
        print(f"{name}: {came} files, {changed} of them changed, {gone} removed", flush=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def main():
    environment = os.environ
    staging = Path(environment["STAGING_DIR"])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if sys.argv[1] == "unpack":
            unpack(staging, int(sys.argv[2]))
        else:
            seconds = float(environment["WAIT_SECONDS"])
            wait(environment["REPO_NAME"], Path(environment["REPO_DIR"]), staging, seconds)
    except (OSError, tarfile.TarError, EOFError) as error:
        sys.exit(f"{environment['REPO_NAME']}: {error}")


main()
