"""Fetches one revision of a git repository into a folder, once or again and again.

REPO_NAME         what messages call it
REPO_URL          https or ssh, without credentials
REPO_REF          branch, tag or whole commit hash; empty for the remote's own branch
REPO_DIR          the folder; made where it is missing
CREDENTIALS_DIR   may hold `username` and `password`, or `ssh-privatekey` and `known_hosts`; empty for none
BROUGHT_BY        command by which somebody brings these credentials
MODE              `once`, or `follow`, which never ends by itself
INTERVAL_SECONDS  pause between two fetches of `follow`
TIMEOUT_SECONDS   longest time that one command of git may take

Credentials that are not there yet, or that the remote refuses, are waited for: nobody is asked again with the same ones for
an hour, so that no account is locked. Any other failure ends the program.

The folder `.codebase`, where Context Engine keeps its state, is left alone. Everything else in REPO_DIR is git's: what is not
in the revision is removed. So a folder that holds anything that was not fetched by this program is refused.
"""

import fcntl
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

STATE = ".codebase"
LOCK = ".fetch.lock"
PART = ".git.part"
OURS = {STATE, LOCK, PART, "lost+found"}
LONGEST_PAUSE_SECONDS = 3600
SAY_SECONDS = 60
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Refused(Exception):
    """What another try would not mend."""


class GitFailed(Exception):
    """What another try may mend."""


class NeedsCredentials(Exception):
    """What somebody mends by the credentials."""


# What git says where a remote does not let it in, by https or ssh.
NOT_LET_IN = re.compile(
    r"Authentication failed|could not read (Username|Password)|returned error: 40[13]|Access denied"
    r"|Permission denied \(|Host key verification failed|error in libcrypto|invalid format"
)


class Git:
    """Runs git, with credentials where only git finds them."""

    def __init__(self, directory, credentials, scratch, timeout):
        self.directory = directory
        self.credentials = credentials
        self.timeout = timeout
        self.child = None
        self.environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": scratch,
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_CONFIG_NOSYSTEM": "1",
            # A volume's folder may belong to another user; a link could lead out of the repository.
            **config({"safe.directory": "*", "core.symlinks": "false", "gc.auto": "0", **SPARSE}),
            **access(credentials, Path(scratch)),
            **{key: os.environ[key] for key in PASSED_ON if key in os.environ},
        }

    def run(self, *arguments, git_dir=None):
        git_dir = git_dir or self.directory / ".git"
        return self.plain(*arguments, options=[f"--git-dir={git_dir}", f"--work-tree={self.directory}"])

    def plain(self, *arguments, options=()):
        command = ["git", *options, *arguments]
        self.child = subprocess.Popen(
            command,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            output, errors = self.child.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise GitFailed(f"git {arguments[0]} took longer than {self.timeout:.0f} s") from None
        if self.child.returncode != 0:
            if self.credentials and NOT_LET_IN.search(errors):
                raise NeedsCredentials(f"git {arguments[0]}: {told(errors)}")
            raise GitFailed(f"git {arguments[0]}: {told(errors)}")
        return output.strip()

    def kill(self):
        """Ends git together with the programs that it has started."""
        if self.child and self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()


# A repository's own `.codebase` is not written over that of Context Engine.
SPARSE = {
    "core.sparseCheckout": "true",
    "core.sparseCheckoutCone": "false",
    "sparse.expectFilesOutsideOfPatterns": "true",
}
PATTERNS = f"/*\n!/{STATE}/\n"

# Where a client finds certificates and proxies.
PASSED_ON = ["GIT_SSL_CAINFO", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"]


def config(values):
    entries = {"GIT_CONFIG_COUNT": str(len(values))}
    for number, (key, value) in enumerate(values.items()):
        entries |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return entries


def access(credentials, scratch):
    """Environment by which git finds what it has to show. Neither a password nor a key is in it."""
    if not credentials:
        return {}
    folder = Path(credentials)
    if (folder / "ssh-privatekey").exists():
        return ssh(folder, scratch)
    if not (folder / "password").exists():
        raise NeedsCredentials("there is neither an entry `password` nor `ssh-privatekey`")
    ask = scratch / "askpass"
    username = f'cat "{folder}/username"' if (folder / "username").exists() else "echo x-access-token"
    ask.write_text(f'#!/bin/sh\ncase "$1" in Username*) {username} ;; *) cat "{folder}/password" ;; esac\n')
    ask.chmod(0o700)
    return {"GIT_ASKPASS": str(ask)}


def ssh(folder, scratch):
    if not (folder / "known_hosts").exists():
        raise NeedsCredentials("there is no entry `known_hosts`: without it nobody knows whom the key is shown to")
    # ssh insists on a key that nobody else can read, and on a newline at its end.
    key = scratch / "key"
    key.touch(mode=0o600)
    key.write_text((folder / "ssh-privatekey").read_text().rstrip() + "\n")
    options = [
        "-F none",
        f"-i {key}",
        "-o IdentitiesOnly=yes",
        "-o BatchMode=yes",
        "-o StrictHostKeyChecking=yes",
        f"-o UserKnownHostsFile={folder}/known_hosts",
        "-o ConnectTimeout=20",
        "-o ServerAliveInterval=20",
    ]
    return {"GIT_SSH_COMMAND": " ".join(["ssh", *options]), "GIT_SSH_VARIANT": "ssh"}


def told(errors):
    """What git says went wrong, without the progress and advice around it."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:", "ssh:")) or "denied" in line]
    return "; ".join((telling or lines)[-3:]) or "it said nothing"


class Repository:
    def __init__(self, name, url, ref, directory, git):
        self.name = name
        self.url = url
        self.ref = ref
        self.directory = directory
        self.git = git

    def fetch(self):
        """Brings the folder to the revision. @returns the commit"""
        self.directory.mkdir(parents=True, exist_ok=True)
        with locked(self.directory / LOCK):
            self.refuse_what_is_not_ours()
            commit = self.download()
            self.git.run("reset", "--hard", "--quiet", commit)
            self.git.run("clean", "-ffdxq", "-e", f"/{STATE}", "-e", f"/{LOCK}", "-e", "/lost+found")
            return commit

    def refuse_what_is_not_ours(self):
        """Nothing is removed from a folder that somebody else has filled."""
        repository = self.directory / ".git"
        if repository.exists():
            for stale in [*repository.glob("*.lock"), *repository.glob("refs/**/*.lock")]:
                stale.unlink(missing_ok=True)
            if self.setting("fleet.repository") == self.name:
                return
            raise Refused(f"{self.directory} holds a git repository that was not fetched by the stack; move it away")
        others = sorted({entry.name for entry in self.directory.iterdir()} - OURS)
        if others:
            raise Refused(f"{self.directory} holds {others[0]}, which was not fetched by the stack; move it away")

    def setting(self, key):
        try:
            return self.git.run("config", "--local", "--get", key)
        except GitFailed:
            return None

    def download(self):
        final = self.directory / ".git"
        if final.exists():
            if self.ref and COMMIT.fullmatch(self.ref) and self.has(self.ref, final):
                return self.ref
            return self.get(final)
        # Under its name there is a whole repository or none.
        part = self.directory / PART
        shutil.rmtree(part, ignore_errors=True)
        self.git.plain("init", "--quiet", "--bare", str(part))
        self.git.run("config", "core.bare", "false", git_dir=part)
        commit = self.get(part)
        self.git.run("config", "fleet.repository", self.name, git_dir=part)
        (part / "info").mkdir(exist_ok=True)
        (part / "info" / "sparse-checkout").write_text(PATTERNS)
        part.rename(final)
        return commit

    def get(self, git_dir):
        """Downloads the revision and nothing of its past. @returns its commit"""
        wanted = self.ref or "HEAD"
        try:
            self.git.run("fetch", "--quiet", "--force", "--no-tags", "--depth=1", self.url, wanted, git_dir=git_dir)
            return self.git.run("rev-parse", "FETCH_HEAD^{commit}", git_dir=git_dir)
        except GitFailed as error:
            if not COMMIT.fullmatch(wanted) or "not our ref" not in str(error) and "unadvertised" not in str(error):
                raise
        # The remote gives out no single commit, so it is looked for among all branches.
        self.git.run("fetch", "--quiet", "--force", "--tags", self.url, "+refs/heads/*:refs/fetched/*", git_dir=git_dir)
        if not self.has(wanted, git_dir):
            raise GitFailed(f"the remote has no commit {wanted}")
        return wanted

    def has(self, commit, git_dir):
        try:
            self.git.run("cat-file", "-e", f"{commit}^{{commit}}", git_dir=git_dir)
            return True
        except GitFailed:
            return False


class locked:
    """Holds a lock while two pods may fetch the same repository. It ends with the process that holds it."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.file = self.path.open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def checked_url(url):
    """Refuses an address that holds a password: it would be written into logs and the repository's settings."""
    parts = urlsplit(url)
    if parts.password or parts.scheme in ("http", "https") and parts.username:
        raise Refused("REPO_URL holds credentials; put them into a Secret")
    return url


def fetch_and_say(repository, before=None):
    start = time.monotonic()
    commit = repository.fetch()
    if commit != before:
        print(f"{repository.name}: at {commit[:12]} ({repository.ref or 'HEAD'}), {time.monotonic() - start:.1f} s", flush=True)
    return commit


def follow(repository, commit, interval):
    failures = 0
    while True:
        pause = min(interval * 2**failures, max(interval, LONGEST_PAUSE_SECONDS))
        # Repositories of a stack do not all ask at the same moment.
        time.sleep(pause * random.uniform(0.9, 1.1))
        try:
            commit = fetch_and_say(repository, commit)
            failures = 0
        except GitFailed as error:
            failures += 1
            print(f"{repository.name}: {error}; it stays at {commit[:12]}", flush=True)


def entries(folder):
    """The entries of the credentials as they are now. A kubelet brings those of a Secret into a running pod."""
    names = ["username", "password", "ssh-privatekey", "known_hosts"]
    return {name: Path(folder, name).read_bytes() for name in names if Path(folder, name).exists()}


def wait_for_others(name, why, folder, shown):
    """Waits for other credentials than those that were shown."""
    start = time.monotonic()
    said = -SAY_SECONDS
    while entries(folder) == shown and (not shown or time.monotonic() - start < LONGEST_PAUSE_SECONDS):
        if time.monotonic() - start - said >= SAY_SECONDS:
            said = time.monotonic() - start
            print(f"{name}: {why}; waiting for credentials, brought by: {os.environ.get('BROUGHT_BY')}", flush=True)
        time.sleep(1)


def main():
    environment = os.environ
    name = environment["REPO_NAME"]
    with tempfile.TemporaryDirectory() as scratch:
        try:
            url = checked_url(environment["REPO_URL"])
            directory = Path(environment["REPO_DIR"])
            timeout = float(environment.get("TIMEOUT_SECONDS", "600"))
            credentials = environment.get("CREDENTIALS_DIR")
            git = None

            def end(*_):
                if git:
                    git.kill()
                sys.exit(143)

            signal.signal(signal.SIGTERM, end)
            while True:
                shown = entries(credentials) if credentials else None
                try:
                    git = Git(directory, credentials, scratch, timeout)
                    repository = Repository(name, url, environment.get("REPO_REF", ""), directory, git)
                    commit = fetch_and_say(repository)
                    if environment.get("MODE") != "follow":
                        return
                    follow(repository, commit, float(environment["INTERVAL_SECONDS"]))
                except NeedsCredentials as error:
                    wait_for_others(name, error, credentials, shown)
        except (Refused, GitFailed) as error:
            sys.exit(f"{name}: {error}")
        except OSError as error:
            sys.exit(f"{name}: {error.filename or environment.get('REPO_DIR')}: {error.strerror}")


main()
