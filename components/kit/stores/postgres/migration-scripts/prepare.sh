# Sees that the database has the extensions that are its arguments: makes them where the role may, and else waits for whoever
# makes them.
for extension in "$@"; do
  while :; do
    there=$(sql --command="SELECT count(*) FROM pg_extension WHERE extname = '$extension'")
    [ "$there" = 0 ] || break
    said=$(sql --command="CREATE EXTENSION IF NOT EXISTS \"$extension\"" 2>&1) && break
    said=$(printf '%s' "$said" | sed -n 's/.*ERROR: *//p' | head -n 1)
    again "database $PGDATABASE has no extension $extension, and role $PGUSER cannot make it ($said): whoever administers it runs CREATE EXTENSION \"$extension\" there, then run this again"
  done
  echo "extension $extension is there"
done
