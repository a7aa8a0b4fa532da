# Writes down that a version has been reached. Arguments: what was migrated, its version.
name=$1 version=$2
sql --set=name="$name" --set=version="$version" <<'SQL'
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS memory_fleet;
CREATE TABLE IF NOT EXISTS memory_fleet.migrations (
  name text, version text, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (name, version)
);
INSERT INTO memory_fleet.migrations VALUES (:'name', :'version') ON CONFLICT (name, version) DO UPDATE SET at = now();
SQL
echo "$name is at version $version"
