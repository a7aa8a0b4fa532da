# Before the server starts, when nothing else writes to the volume: takes away what it derives from its repositories, once for
# each revision. The recall log lies in the same folder, but is derived from nothing and kept nowhere else.
# Arguments: folder of the volume, revision.
set -eu
done_file=$1/.index-revision
if [ "$(cat "$done_file" 2>/dev/null || echo 0)" = "$2" ]; then
  echo "the index has been taken away for revision $2 before"
  exit 0
fi
find "$1" -type f -path '*/.memory-mcp-index/*' ! -name 'recall_log.sqlite*' -print -delete
echo "$2" > "$done_file"
