# How the scripts use a repository of restic. Sourced after lib.sh. Needs restic 0.14 or later.
#
#   RESTIC_REPOSITORY  where it is: a folder, or s3:<URL>/<bucket>/<prefix>
#   RESTIC_PASSWORD    its password
#   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
#                      s3: the key of the bucket, which may read, write, list and delete
#   KEY_OF_REPOSITORY, KEY_OF_BUCKET
#                      where the password and the key are from, in words
#   BACKUP_HOST        whose backups they are: a repository may be of several systems
export RESTIC_CACHE_DIR="$WORK/cache"
# Backups without anything are apart: a store that has lost everything goes on being backed up, and no number of such
# backups may take the last full one away.
empty_host=$BACKUP_HOST/empty

[ -n "${RESTIC_PASSWORD:-}" ] || fail "there is no $KEY_OF_REPOSITORY, the password of the backups: make it, then run this again"
# Secrets that come from files often end with a line break; the substitution removes it.
RESTIC_PASSWORD=$(printf '%s' "$RESTIC_PASSWORD")
export RESTIC_PASSWORD
case $RESTIC_REPOSITORY in
s3:*)
  [ -n "${AWS_ACCESS_KEY_ID:-}" ] && [ -n "${AWS_SECRET_ACCESS_KEY:-}" ] ||
    fail "there is no $KEY_OF_BUCKET, the key of the bucket: make it, then run this again"
  AWS_ACCESS_KEY_ID=$(printf '%s' "$AWS_ACCESS_KEY_ID")
  AWS_SECRET_ACCESS_KEY=$(printf '%s' "$AWS_SECRET_ACCESS_KEY")
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
  ;;
esac
place=$(printf '%s' "$RESTIC_REPOSITORY" | json_text)

# Whether there is no repository, as opposed to one that cannot be opened. Before 0.17 restic asks whether there is one
# whatever happened, also where nobody has answered.
is_absent() {
  [ "$code" -eq 10 ] || grep -Eq 'config: no such file or directory|specified key does not exist' "$err"
}

# opened: whether there is a repository. Fails where one is there that does not open, or nobody answers.
opened() {
  run 'open the repository' restic cat config --no-lock && return 0
  is_absent && return 1
  if grep -q 'wrong password' "$err"; then
    fail "$KEY_OF_REPOSITORY does not open the repository at $RESTIC_REPOSITORY"
  fi
  fail "the repository at $RESTIC_REPOSITORY does not open: $(said)"
}

# newest MEMBER: the value of a text member of the last snapshot that restic has listed.
newest() {
  grep -o "\"$1\":\"[^\"]*\"" "$out" | tail -n 1 | cut -d '"' -f 4
}
