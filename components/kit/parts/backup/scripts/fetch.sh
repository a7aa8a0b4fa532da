#!/bin/sh
# First of a restore and of a drill: brings the files of a backup. With ACTION=list it only says which backups there are.
#
#   BACKUP  id of a backup, which may be another cluster's, or latest: the newest of this system that has anything
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/repository.sh"

opened || fail "there is no repository at $RESTIC_REPOSITORY: no backup has been made yet"
if [ "$ACTION" = list ]; then
  run 'list the backups' restic snapshots --no-lock --json || fail "the backups cannot be listed: $(said)"
  cp "$out" "$WORK/listed"
  exit 0
fi

case $BACKUP in
latest)
  run 'find the backup' restic snapshots --no-lock --host "$BACKUP_HOST" --latest 1 --json || fail "the backups cannot be listed: $(said)"
  [ -n "$(newest short_id)" ] || fail "no backup of $BACKUP_HOST at $RESTIC_REPOSITORY has anything in it"
  ;;
*[!0-9a-f]* | '') fail "BACKUP is $BACKUP, and has to be latest or the id of a backup" ;;
*)
  run 'find the backup' restic snapshots --no-lock --json "$BACKUP" || fail "there is no backup $BACKUP at $RESTIC_REPOSITORY: $(said)"
  ;;
esac
snapshot=$(newest short_id)
printf '"place":%s,"snapshot":"%s","made":"%s"' "$place" "$snapshot" "$(newest time)" >"$WORK/about"
mkdir -p "$WORK/data"
run 'fetch the backup' restic restore "$snapshot" --target "$WORK/data" || fail "backup $snapshot cannot be fetched: $(said)"
for store in $STORES; do
  [ -f "$WORK/data/$store/after" ] || fail "backup $snapshot has nothing of store $store"
done
