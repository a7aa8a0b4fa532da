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


def take_any_family(server_class):
    """Makes a server that is given no host, or an address of IPv6, listen on IPv6 too, as Python's event loop does."""
    import socket

    construct = server_class.__init__

    @functools.wraps(construct)
    def by_address(self, server_address, *arguments, **options):
        host = server_address[0] if isinstance(server_address, tuple) else None
        if host is not None and (":" in host or (host == "" and socket.has_dualstack_ipv6())):
            self.address_family = socket.AF_INET6
        construct(self, server_address, *arguments, **options)

    server_class.__init__ = by_address


CHANGES = {
    **{module: (name, show_key) for module, name in CLIENTS.items()},
    "socketserver": ("TCPServer", take_any_family),
}


class ChangeClasses:
    """Changes classes as they are imported, so that a process that has none does not wait for their library."""

    @staticmethod
    def find_spec(name, _path=None, _target=None):
        if name not in CHANGES:
            return None
        others = [finder for finder in sys.meta_path if finder is not ChangeClasses]
        specs = (finder.find_spec(name, _path, _target) for finder in others)
        spec = next((found for found in specs if found), None)
        if spec is None:
            return None
        execute = spec.loader.exec_module

        def changed(module):
            execute(module)
            class_name, change = CHANGES[name]
            change(getattr(module, class_name))

        spec.loader.exec_module = changed
        return spec


def end(_signal, _frame):
    sys.exit(128 + signal.SIGTERM)


sys.meta_path.insert(0, ChangeClasses)

# The kernel withholds a signal from the first process of a container unless the process handles it, so that a watcher or
# an index run would outlive its pod's deletion until it is killed.
if os.getpid() == 1:
    signal.signal(signal.SIGTERM, end)
