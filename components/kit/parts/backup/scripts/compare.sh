#!/bin/sh
# Last of a restore and of a drill: holds what the stores have now against the counts in the backup.
. "$(dirname "$0")/lib.sh"
if [ "$ACTION" = list ]; then
  printf '{"action":"list","ok":true,"time":"%s","backups":%s}\n' "$(now)" "$(cat "$WORK/listed")"
  exit 0
fi

differing=
for store in $STORES; do
  # What was there before and after the dump must be there now, and lie between the two numbers.
  each=$(awk '
    { name = $0; sub(/^[0-9]+ /, "", name) }
    FILENAME == ARGV[1] { before[name] = $1; next }
    FILENAME == ARGV[2] { after[name] = $1; next }
    { now[name] = $1 }
    END {
      for (name in before) if (name in after) {
        low = before[name] + 0; high = after[name] + 0
        if (low > high) { swap = low; low = high; high = swap }
        wanted = low == high ? low : low " to " high
        if (!(name in now)) printf "%s is missing, the backup says %s; ", name, wanted
        else if (now[name] + 0 < low || now[name] + 0 > high) printf "%s has %s, the backup says %s; ", name, now[name], wanted
      }
    }
  ' "$WORK/data/$store/before" "$WORK/data/$store/after" "$WORK/loaded/$store")
  if [ -n "$each" ]; then differing="$differing$store: $each"; fi
done
about=$(cat "$WORK/about")
if [ -n "$differing" ]; then fail "what is loaded is not what the backup says: ${differing%; }" "$about"; fi
printf '{"action":"%s","ok":true,"time":"%s",%s,"counts":%s}\n' "$ACTION" "$(now)" "$about" "$(json_stores "$WORK/loaded")"
