#!/bin/sh
# First of a backup: makes sure that the repository opens, before anything is dumped. Makes one where there is none.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/repository.sh"

if ! opened; then
  # It refuses to overwrite a repository, so that a wrong guess does no harm.
  run 'make the repository' restic init || fail "there is no repository at $RESTIC_REPOSITORY, and none can be made: $(said)"
  touch "$WORK/created"
  echo "made the repository at $RESTIC_REPOSITORY"
fi
# Locks of runs that were killed: restic takes away those that nobody has renewed for half an hour.
run 'remove stale locks' restic unlock || fail "stale locks are not removed: $(said)"
cat "$out"
