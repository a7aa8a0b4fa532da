"""Keeps a folder the same as another one, which is only read; once or again and again.

REPO_NAME         what messages call it
ORIGIN_DIR        the folder to copy
REPO_DIR          the folder that becomes the same; made where it is missing
MODE              `once`, or `follow`, which never ends by itself
INTERVAL_SECONDS  pause between two looks of `follow`

The folder `.codebase`, where Context Engine keeps its state, is left alone. Everything else in REPO_DIR is a copy: what is
not in the origin is removed. So a folder that holds anything that this program has not copied is refused. Links are left
out, because they could lead out of the folder.
"""

import fcntl
import os
import shutil
import signal
import stat
import sys
import time
from pathlib import Path

STATE = ".codebase"
MARK = ".mirror.lock"
PART = ".mirror.part"
OURS = {STATE, MARK, PART, "lost+found"}


def refuse_what_is_not_ours(directory):
    """Nothing is removed from a folder that somebody else has filled."""
    if (directory / MARK).exists():
        return
    others = sorted({entry.name for entry in directory.iterdir()} - OURS)
    if others:
        sys.exit(f"{directory} holds {others[0]}, which was not copied by the stack; move it away")


def entries(folder):
    """Everything below a folder by its relative path: its status, without links and without what is not for copying."""
    found = {}
    for parent, folders, files in os.walk(folder):
        top = parent == str(folder)
        folders[:] = [name for name in folders if not (top and name in OURS) and not Path(parent, name).is_symlink()]
        for name in [*folders, *files]:
            if top and name in OURS:
                continue
            path = Path(parent, name)
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode):
                found[str(path.relative_to(folder))] = status
    return found


def is_folder(status):
    return stat.S_ISDIR(status.st_mode)


def is_same(wanted, found):
    if found is None or is_folder(wanted) != is_folder(found):
        return False
    return is_folder(wanted) or (wanted.st_size, int(wanted.st_mtime)) == (found.st_size, int(found.st_mtime))


def copy(origin, target, part):
    """Under its name there is a whole file or the one of before."""
    shutil.copyfile(origin, part, follow_symlinks=False)
    shutil.copystat(origin, part)
    # Whatever the origin says: the next look may have to replace it.
    part.chmod(0o664)
    part.replace(target)


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def mirror(origin, directory):
    """Makes the folder the same. @returns how many entries were written and removed"""
    wanted, found = entries(origin), entries(directory)
    removed = written = 0
    for path, status in found.items():
        # A file in the place of a folder goes first.
        if (path not in wanted or is_folder(wanted[path]) != is_folder(status)) and (directory / path).exists():
            remove(directory / path)
            removed += 1
    for path, status in sorted(wanted.items()):
        if is_same(status, found.get(path)) and (directory / path).exists():
            continue
        try:
            if is_folder(status):
                (directory / path).mkdir(exist_ok=True)
            else:
                copy(origin / path, directory / path, directory / PART)
        except FileNotFoundError:
            # Gone since it was listed; the next look sees what has become of it.
            continue
        written += 1
    return written, removed


def mirror_and_say(name, origin, directory, first):
    if not origin.is_dir():
        raise OSError(0, "the folder to copy is not there", str(origin))
    directory.mkdir(parents=True, exist_ok=True)
    refuse_what_is_not_ours(directory)
    with (directory / MARK).open("w") as mark:
        # The job and the watcher's neighbour may both be at it.
        fcntl.flock(mark, fcntl.LOCK_EX)
        start = time.monotonic()
        written, removed = mirror(origin, directory)
    if first or written or removed:
        print(f"{name}: {written} written, {removed} removed, {time.monotonic() - start:.1f} s", flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    name = os.environ["REPO_NAME"]
    origin, directory = Path(os.environ["ORIGIN_DIR"]), Path(os.environ["REPO_DIR"])
    follows = os.environ.get("MODE") == "follow"
    first = True
    while True:
        try:
            mirror_and_say(name, origin, directory, first)
        except OSError as error:
            said = f"{name}: {error.filename or directory}: {error.strerror}"
            if first or not follows:
                sys.exit(said)
            print(f"{said}; the next look is in {os.environ['INTERVAL_SECONDS']} s", flush=True)
        if not follows:
            return
        first = False
        time.sleep(float(os.environ["INTERVAL_SECONDS"]))


main()
