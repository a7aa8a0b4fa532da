# Waits until every file is there and has something in it; says at once and then every minute what it waits for.
# Arguments: the file, what it is, how it is brought, and so on. What is mounted from a Secret comes to a running pod.
trap 'exit 143' TERM INT
while [ $# -gt 0 ]; do
  left=0
  until [ -s "$1" ]; do
    if [ "$left" -le 0 ]; then
      # Not echo: some shells read the backslashes of the command.
      printf 'waiting for %s; it is brought by: %s\n' "$2" "$3"
      left=60
    fi
    sleep 2
    left=$((left - 2))
  done
  printf '%s is there\n' "$2"
  shift 3
done
