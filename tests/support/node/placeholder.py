"""In the place of a program that cannot be had here: answers probes where that program would listen, and nothing else."""

import http.server
import os
import pathlib
import signal
import sys
import threading

PORTS = ("FASTMCP_PORT", "FASTMCP_INDEXER_PORT", "FASTMCP_HEALTH_PORT")
# For the watcher that imports this as the module in whose place it stands.
ROOT = pathlib.Path(os.environ.get("WATCH_ROOT", "/"))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # A run of the indexer looks at its folder and ends.
    if "--root" in sys.argv:
        files = sum(each.is_file() for each in pathlib.Path(sys.argv[-1]).rglob("*"))
        print(f"Indexing complete. files_seen={files}, files_indexed={files}, chunks_indexed=0")
        return
    for port in (int(os.environ[name]) for name in PORTS if name in os.environ):
        server = http.server.ThreadingHTTPServer((os.environ.get("FASTMCP_HOST", "0.0.0.0"), port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
