"""Brings the schema to what the image asks for, and says what there is before and after.

It runs in the folder of the application with DATABASE_URL set, see start.py. Extensions come first: as the superuser of an
embedded PostgreSQL they are made here; elsewhere an administrator has to, once.
"""

import os
import subprocess
import sys

import psycopg2
from alembic.config import Config
from alembic.script import ScriptDirectory

# pgvector is not trusted: nobody but a superuser makes it.
EXTENSIONS = ("vector", "pgcrypto")
TABLES = (
    "memories",
    "memory_embeddings",
    "tenants",
    "user_tenant_roles",
    "budgets",
    "access_logs",
    "token_savings_log",
    "knowledge_graph_nodes",
    "knowledge_graph_edges",
)
# One at a time: two at once would each find the schema as it was.
LOCK = 7_267_533_001


def run(connection, query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def make_extensions(connection):
    there = {row[0] for row in run(connection, "SELECT extname FROM pg_extension")}
    for name in EXTENSIONS:
        if name in there:
            continue
        try:
            run(connection, f"CREATE EXTENSION IF NOT EXISTS {name}")
        except psycopg2.Error as error:
            database = os.environ.get("POSTGRES_DB", "the database")
            sys.exit(
                f"there is no extension {name}, and {os.environ.get('POSTGRES_USER', 'this user')} may not make it "
                f"({str(error).splitlines()[0]}); remedy: its administrator runs, in {database}, "
                f"CREATE EXTENSION {name}; with pgvector installed on the server, then the Job is run again"
            )
        print(f"made extension {name}", flush=True)


def take_lock(connection):
    """The lock goes with the session, whatever ends that."""
    if not run(connection, "SELECT pg_try_advisory_lock(%s)", LOCK)[0][0]:
        print("another migration runs: waiting for its end", flush=True)
        run(connection, "SELECT pg_advisory_lock(%s)", LOCK)


def unknown(connection):
    """Revisions that the database has and this version does not know."""
    if run(connection, "SELECT to_regclass('alembic_version')")[0][0] is None:
        return []
    known = {each.revision for each in ScriptDirectory.from_config(Config("alembic.ini")).walk_revisions()}
    return sorted({row[0] for row in run(connection, "SELECT version_num FROM alembic_version")} - known)


def alembic(*words):
    # Its own log is a format string without values: what counts is said by what it prints.
    return subprocess.run(["alembic", *words], check=False, text=True, stdout=subprocess.PIPE)


def current(when):
    said = alembic("current")
    if said.returncode != 0:
        sys.exit(f"alembic current ended with {said.returncode}: the reason is above")
    print(f"{when}: {said.stdout.strip() or 'no schema'}", flush=True)


def migrate():
    current("before")
    code = alembic("upgrade", "head").returncode
    if code != 0:
        sys.exit(f"alembic upgrade head ended with {code}: the reason is above, and nothing has changed")
    current("after")


def main():
    connection = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=10)
    connection.autocommit = True
    take_lock(connection)
    make_extensions(connection)
    newer = unknown(connection)
    if newer:
        # As in the rollout before: the pods of an older version serve beside those of a newer one.
        print(f"the schema is at {', '.join(newer)}, which a newer version has made: it stays", flush=True)
    else:
        migrate()
    missing = [name for name in TABLES if run(connection, "SELECT to_regclass(%s)", name)[0][0] is None]
    if missing:
        sys.exit(f"tables are missing after the migration: {', '.join(missing)}")
    print(f"{len(TABLES)} tables are there", flush=True)


main()
