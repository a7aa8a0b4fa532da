"""What this image adds to every Python process of Context Engine. Python imports it by its name at every start."""

import functools
import inspect
import os
import signal
import sys

CLIENTS = {
    "qdrant_client.qdrant_client": "QdrantClient",
    "qdrant_client.async_qdrant_client": "AsyncQdrantClient",
}


def show_key(client_class):
    """Makes a client that is given no key show QDRANT_API_KEY. Some of Context Engine's clients are given none."""
    construct = client_class.__init__
    parameters = inspect.signature(construct)

    @functools.wraps(construct)
    def with_key(self, *arguments, **options):
        key = os.environ.get("QDRANT_API_KEY")
        if key and parameters.bind_partial(self, *arguments, **options).arguments.get("api_key") is None:
            options["api_key"] = key
        construct(self, *arguments, **options)

    client_class.__init__ = with_key


class ShowKey:
    """Changes the clients as they are imported, so that a process that has none does not wait for their library."""

    @staticmethod
    def find_spec(name, _path=None, _target=None):
        if name not in CLIENTS:
            return None
        others = [finder for finder in sys.meta_path if finder is not ShowKey]
        specs = (finder.find_spec(name, _path, _target) for finder in others)
        spec = next((found for found in specs if found), None)
        if spec is None:
            return None
        execute = spec.loader.exec_module

        def changed(module):
            execute(module)
            show_key(getattr(module, CLIENTS[name]))

        spec.loader.exec_module = changed
        return spec


def end(_signal, _frame):
    sys.exit(128 + signal.SIGTERM)


sys.meta_path.insert(0, ShowKey)

# The kernel withholds a signal from the first process of a container unless the process handles it, so that a watcher or
# an index run would outlive its pod's deletion until it is killed.
if os.getpid() == 1:
    signal.signal(signal.SIGTERM, end)
