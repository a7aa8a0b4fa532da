# Takes line breaks off the ends of variables and becomes the command. Arguments: names of variables, --, the command.
# Kubernetes makes one of two dollars in a row.
while [ "$1" != -- ]; do
  if eval "[ -n \"\${$1+set}\" ]"; then
    eval "$1=\$(printf '%s' \"\${$1}\")"
    export "$1"
  fi
  shift
done
shift
exec "$@"
