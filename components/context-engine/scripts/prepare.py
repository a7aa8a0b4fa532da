"""Makes folders on a volume, before containers mount them by sub-path: a folder that the kubelet makes belongs to root.

Arguments: absolute paths. Ends with 1 and one line that says what to do where a folder cannot be written.
"""

import os
import signal
import sys
import tempfile


def prepare(path):
    os.makedirs(path, mode=0o775, exist_ok=True)
    with tempfile.TemporaryFile(dir=path):
        pass


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for path in sys.argv[1:]:
        try:
            prepare(path)
        except OSError as error:
            who = f"{os.getuid()}:{os.getgid()}"
            sys.exit(
                f"{path} cannot be written by {who}: {error.strerror}; remedy: let the volume belong to group {os.getgid()}, "
                "as fsGroup does where the storage supports it; on NFS, chown the exported folder"
            )
        print(f"{path} is there")


main()
