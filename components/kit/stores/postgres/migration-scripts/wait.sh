# Waits until a version is written down. Arguments: what is migrated, its version.
name=$1 version=$2
until [ "$(sql --set=name="$name" --set=version="$version" 2>/dev/null <<'SQL'
SELECT 1 FROM memory_fleet.migrations WHERE name = :'name' AND version = :'version'
SQL
)" = 1 ]; do
  again "$name is not migrated to version $version: the log of its migration Job says why; after the cause is mended, delete that Job and run up"
done
