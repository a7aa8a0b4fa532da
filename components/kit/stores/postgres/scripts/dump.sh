#!/bin/sh
# Dumps the database into FILES, as it was at one moment.
. "$(dirname "$0")/postgres.sh"
# Not compressed: the repository compresses, and finds what has not changed.
pg_dump --no-password --format=custom --compress=0 --file="$FILES/database.dump"
