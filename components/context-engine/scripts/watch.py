"""Starts Context Engine's watcher on one repository.

The watcher takes the first folder below WATCH_ROOT for the name of the repository, by which searches tell repositories
apart. WATCH_ROOT has to be the repository itself, because what is ignored is named relative to it; so once the watcher
has read it, the name is looked for from the folder above.
"""

import os
import signal
import sys

# The first process of a container is sent no signal that it does not handle.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

sys.path.insert(0, "/app")

from scripts import watch_index  # noqa: E402

os.environ["WATCH_ROOT"] = str(watch_index.ROOT.parent)
watch_index.main()
