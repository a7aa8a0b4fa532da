"""Waits for what a process of RAE needs, tells it where the stores are, and becomes it.

Arguments: what to wait for, of postgres, schema, redis, qdrant and collection, then "--" and the command. RAE asks for each store once, at
its start, and ends or goes on without it, so that every start of a container waits and not only the first of a pod.

URLs with a password are made here and nowhere else: DATABASE_URL, REDIS_URL, CELERY_BROKER_URL and CELERY_RESULT_BACKEND.
  POSTGRES_HOST, PGPORT, POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD
  REDIS_HOST, REDIS_PORT, REDIS_PASSWORD; or REDIS_URL, where somebody else runs it
  QDRANT_URL
  WAIT_SECONDS  time for all of it together
"""

import os
import signal
import sys
import time
import urllib.request
from urllib.parse import quote, urlsplit, urlunsplit

SAY_SECONDS = 60
ANSWER_SECONDS = 5


def name_database():
    """How connections are encrypted stands in variables that every driver reads."""
    user, host, name = (os.environ[f"POSTGRES_{each}"] for each in ("USER", "HOST", "DB"))
    password = os.environ["POSTGRES_PASSWORD"]
    os.environ["DATABASE_URL"] = (
        f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}"
        f"@{host}:{os.environ['PGPORT']}/{quote(name, safe='')}"
    )


def name_redis():
    """One Redis, with a database for the cache, one for the queue and one for results."""
    url = os.environ.get("REDIS_URL")
    if not url:
        password = quote(os.environ["REDIS_PASSWORD"], safe="")
        url = f"redis://:{password}@{os.environ['REDIS_HOST']}:{os.environ['REDIS_PORT']}"
    parts = urlsplit(url)
    # Celery asks to be told, and refuses to start else.
    query = parts.query or ("ssl_cert_reqs=required" if parts.scheme == "rediss" else "")
    for variable, number in (("REDIS_URL", 0), ("CELERY_BROKER_URL", 1), ("CELERY_RESULT_BACKEND", 2)):
        os.environ[variable] = urlunsplit((parts.scheme, parts.netloc, f"/{number}", query, ""))
    os.environ.pop("REDIS_PASSWORD", None)


def postgres_answers():
    import psycopg2

    psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=ANSWER_SECONDS).close()


def schema_is_there():
    """Older than the code it is not there yet; newer it serves, because migrations only go forward."""
    import psycopg2
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(Config("alembic.ini"))
    older = {each.revision for each in script.walk_revisions()} - set(script.get_heads())
    connection = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=ANSWER_SECONDS)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('alembic_version')")
            if cursor.fetchone()[0] is None:
                raise LookupError("the migration has not made the tables yet")
            cursor.execute("SELECT version_num FROM alembic_version")
            found = {row[0] for row in cursor.fetchall()}
    finally:
        connection.close()
    if not found or found & older:
        raise LookupError(f"the schema is at {', '.join(sorted(found)) or 'nothing'}, and the migration to "
                          f"{', '.join(script.get_heads())} has not ended")


def redis_answers():
    import redis

    redis.Redis.from_url(
        os.environ["REDIS_URL"], socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
    ).ping()


def qdrant_answers():
    with urllib.request.urlopen(f"{os.environ['QDRANT_URL']}/readyz", timeout=ANSWER_SECONDS) as answer:
        answer.read()


def collection_is_there():
    url = f"{os.environ['QDRANT_URL']}/collections/memories"
    with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:
        answer.read()


CHECKS = {
    "postgres": ("PostgreSQL", postgres_answers),
    "schema": ("the schema", schema_is_there),
    "redis": ("Redis", redis_answers),
    "qdrant": ("Qdrant", qdrant_answers),
    "collection": ("the collection of vectors", collection_is_there),
}


def reason(error):
    """The first line, without a URL in it: some say the password along."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return " ".join(word for word in text.split() if "://" not in word)


def wait_for(what, ends):
    name, check = CHECKS[what]
    said = None
    while True:
        try:
            check()
            print(f"{name} is there", flush=True)
            return
        except Exception as error:
            now = time.monotonic()
            if now >= ends:
                sys.exit(
                    f"{name} is not there after {os.environ['WAIT_SECONDS']} s: {reason(error)}; remedy: see whether its pod "
                    "or Job is well, whether both read the same Secret, and whether a network policy lets this pod reach it"
                )
            if said is None or now - said >= SAY_SECONDS:
                print(f"waiting for {name}: {reason(error)}", flush=True)
                said = now
            time.sleep(1)


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    split = sys.argv.index("--")
    needs, command = sys.argv[1:split], sys.argv[split + 1:]
    if "POSTGRES_HOST" in os.environ:
        name_database()
    if "REDIS_HOST" in os.environ or "REDIS_URL" in os.environ:
        name_redis()
    ends = time.monotonic() + float(os.environ["WAIT_SECONDS"])
    for each in needs:
        wait_for(each, ends)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.execvp(command[0], command)


main()
