#!/bin/sh
# Last of a backup: saves what the stores have dumped, removes backups that are not kept, checks the repository.
#
#   KEEP           how many and which backups are kept, as options of `restic forget`
#   CHECK_PERCENT  share of the data that is read back; 0 looks at the structure alone
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/repository.sh"

host=$empty_host
set --
for store in $STORES; do
  [ -f "$WORK/data/$store/after" ] || fail "store $store was not dumped"
  sums=$(awk '{ sum += $1 } END { printf "%d in %d", sum, NR }' "$WORK/data/$store/after")
  case $sums in '0 '*) ;; *) host=$BACKUP_HOST ;; esac
  set -- "$@" --tag "$store: $sums"
done

cd "$WORK/data" || fail 'nothing was dumped'
run 'save the backup' restic backup --host "$host" "$@" --json . || fail "the backup is not saved: $(said)"
grep '"message_type":"summary"' "$out" >"$TMPDIR/summary" || fail 'restic did not say what it saved'
of_summary() {
  sed -n "s/.*\"$1\":\"\{0,1\}\([0-9a-f]*\).*/\1/p" "$TMPDIR/summary"
}
snapshot=$(of_summary snapshot_id | cut -c 1-8)

# The backup is saved, whatever becomes of the rest: where another run has the repository, the next one goes on.
warnings=
warn() {
  warnings="$warnings${warnings:+,}$(printf '%s' "$1" | json_text)"
}
run 'remove old backups' restic forget --host "$BACKUP_HOST" --host "$empty_host" --group-by host $KEEP --prune ||
  warn "old backups are not removed, the next run goes on: $(said)"
if [ -f "$WORK/created" ]; then warn 'the repository is new: earlier backups, if there were any, are not in it'; fi
if [ "$host" = "$empty_host" ]; then warn 'there is nothing in any store'; fi

if [ "$CHECK_PERCENT" -gt 0 ]; then set -- "--read-data-subset=$CHECK_PERCENT%"; else set --; fi
run 'check the repository' restic check "$@" ||
  fail "backup $snapshot is saved, but the check of the repository found errors: $(said)"
run 'list the backups' restic snapshots --host "$BACKUP_HOST" --host "$empty_host" --json || fail "the backups cannot be listed: $(said)"
kept=$(grep -o '"short_id"' "$out" | grep -c .)
printf '{"action":"backup","ok":true,"time":"%s","place":%s,"snapshot":"%s","counts":%s,"bytes":%s,"added":%s,"kept":%s,"warnings":[%s]}\n' \
  "$(now)" "$place" "$snapshot" "$(json_stores "$WORK/data" after)" \
  "$(of_summary total_bytes_processed)" "$(of_summary data_added)" "$kept" "$warnings"
