"""What every script here has in common: how it takes its settings, how it ends, and what it says."""

import errno
import json
import os
import signal
import sys
import time
from datetime import datetime, timezone

# Exit codes, so that whoever looks at a pod knows what kind of failure it was.
FAILED = 1
SETTINGS = 2
NOT_THERE = 3
REFUSED = 4
NO_ROOM = 5
DIFFERS = 6
WOULD_OVERWRITE = 7
OUT_OF_TIME = 8

# Time to tidy up after a failure, in seconds. A pod that is stopped has thirty.
TIDY_SECONDS = 15

_secrets = []


class Failure(Exception):
    """Ends a script with one line that says what is wrong and what to do."""

    def __init__(self, message, code=FAILED, answered=False):
        """:param answered: whether a server has refused what it was asked, and so has not done it"""
        super().__init__(message)
        self.code = code
        self.answered = answered


class Gone(Failure):
    """What was asked for is not there."""


def setting(name, default=None):
    """A setting. An empty one counts as not given."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is not None:
        return default
    raise Failure(f"{name} is not set", SETTINGS)


def number(name, default=None):
    """A setting that is a whole number of at least one."""
    value = setting(name, default)
    if value.isascii() and value.isdigit() and int(value) > 0:
        return int(value)
    raise Failure(f"{name} is {value}, not a whole number of at least 1", SETTINGS)


def choice(name, choices, default=None):
    value = setting(name, default)
    if value in choices:
        return value
    raise Failure(f"{name} is {value}, not one of {', '.join(choices)}", SETTINGS)


def secret(name, default=None):
    """A setting that is never shown, whoever repeats it in an error."""
    value = setting(name, default)
    if value:
        _secrets.append(value)
    if any(not 32 <= ord(letter) < 127 for letter in value):
        raise Failure(f"{name} has a character that no header can hold", SETTINGS)
    return value


def folder(name):
    path = setting(name)
    if not os.path.isdir(path):
        raise Failure(f"{name} is {path}, which is no folder: is the volume mounted?", SETTINGS)
    return path


def say(text):
    print(_without_secrets(text), flush=True)


def one_line(text, limit=500):
    return " ".join(str(text).split())[:limit]


def utc_now():
    return datetime.now(timezone.utc)


def no_room(error):
    """Whether an error of the operating system, or of a server that tells of its own, is about room."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "No space left on device" in error or "os error 28" in error


class Deadline:
    """The time that a script has. When it is over, whatever it is doing ends with a Failure."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.doing = "start"
        self._end = time.monotonic() + seconds
        signal.signal(signal.SIGALRM, self._over)
        signal.signal(signal.SIGTERM, self._stopped)
        signal.signal(signal.SIGINT, self._stopped)
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def left(self):
        return max(0.1, self._end - time.monotonic())

    def begin(self, doing):
        self.doing = doing

    def tidy(self):
        """Gives a failed run a little time to remove what it made; nothing else ends it then."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.doing = "remove what the run made"
        self._end = time.monotonic() + TIDY_SECONDS
        signal.setitimer(signal.ITIMER_REAL, TIDY_SECONDS)

    def _over(self, *_):
        raise Failure(f"not done within the time: {self.doing}", OUT_OF_TIME)

    def _stopped(self, *_):
        raise Failure(f"stopped before it was done: {self.doing}", OUT_OF_TIME)


def main(name, work):
    """Runs a script to its end: its last line is its result as JSON, or what failed."""
    try:
        result = work()
    except Failure as failure:
        _end(f"{name} failed: {failure}", failure.code)
    except OSError as error:
        _end(f"{name} failed: {error}", NO_ROOM if no_room(error) else FAILED)
    except Exception as error:  # Such as an answer without a field that it always has.
        _end(f"{name} failed: {type(error).__name__}: {error}", FAILED)
    else:
        print(_without_secrets(json.dumps(result, separators=(",", ":"))), flush=True)


def _end(message, code):
    sys.stdout.flush()
    print(one_line(_without_secrets(message), 1000), file=sys.stderr, flush=True)
    sys.exit(code)


def _without_secrets(text):
    for value in _secrets:
        text = text.replace(value, "***")
    return text
