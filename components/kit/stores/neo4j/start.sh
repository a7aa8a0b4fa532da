# Starts Neo4j. The image's own entrypoint shows the password to everybody who lists processes, sets it once for good, and
# writes to a root file system that is read-only here.
#
#   BIND           address that it listens on
#   ADVERTISED     host by which clients reach it
#   HEAP, PAGE_CACHE, DIRECT  its memory, in KiB
#   PASSWORD_FILE  the password of its user neo4j. Unset where it asks for none
#   NEO4J_CONF     folder for what it is told, which is made anew
#   DATA           folder of the graph, on its volume
set -eu
# A shell that is the first process of its container ignores signals that it does not handle.
trap 'exit 143' HUP INT TERM

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# configure ADDRESS AUTHENTICATION HTTP: what it is told. It reports nothing to its makers.
configure() {
  cat >"$NEO4J_CONF/neo4j.conf" <<CONFIG
server.directories.data=$DATA
server.directories.logs=/logs
server.directories.run=$NEO4J_CONF
server.default_listen_address=$1
server.default_advertised_address=$ADVERTISED
server.http.enabled=$3
server.http_enabled_modules=QUERY_API_ENDPOINTS
dbms.security.auth_enabled=$2
dbms.security.allow_csv_import_from_file_urls=false
server.memory.heap.initial_size=${HEAP}k
server.memory.heap.max_size=${HEAP}k
server.memory.pagecache.size=${PAGE_CACHE}k
server.jvm.additional=-XX:MaxDirectMemorySize=${DIRECT}k
server.jvm.additional=-XX:+ExitOnOutOfMemoryError
server.jvm.additional=-XX:-UsePerfData
dbms.usage_report.enabled=false
client.allow_telemetry=false
CONFIG
  # What its version wants of Java: properties and modules, and not how the heap is touched and collected.
  sed -n '/^server\.jvm\.additional=-[-D]/p' "$NEO4J_HOME/conf/neo4j.conf" >>"$NEO4J_CONF/neo4j.conf"
}

# Java is to start soon, and not to be fast for long.
soon='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

# What would run it, so that it can become this very process and gets the signals of the kubelet. With JAVA_OPTS it would
# forget what it is told of its memory.
program() {
  unset JAVA_OPTS
  neo4j console --dry-run
}

# Of a container that was ended before.
rm -rf "${NEO4J_CONF:?}"/*

if [ -z "${PASSWORD_FILE:-}" ]; then
  configure "$BIND" false true
  run=$(program)
  eval "exec $run"
fi

password=$(cat "$PASSWORD_FILE")
[ "${#password}" -ge 8 ] ||
  fail "the password of Neo4j has ${#password} characters, and it takes none of less than 8: give its Secret another value"
case $password in *'
'*) fail 'the password of Neo4j has a line break in it: give its Secret another value' ;; esac

# Neo4j keeps the password that it was given first, and changes it only for who shows it. So it starts for this pod alone
# and asks for nothing: before it listens to others nobody can be let in by the password of before.
echo 'the password is set before Neo4j listens to others'
configure 127.0.0.1 false false
for option in $soon; do
  echo "server.jvm.additional=$option" >>"$NEO4J_CONF/neo4j.conf"
done
run=$(program)
eval "exec $run" &
server=$!
trap 'kill "$server"; wait "$server"; exit 143' HUP INT TERM
listens() { (exec 3<>/dev/tcp/127.0.0.1/7687) 2>/dev/null; }
until listens; do
  kill -0 "$server" 2>/dev/null || fail 'Neo4j has ended, and says why above'
  sleep 0.5 &
  wait "$!"
done
# Not changed: a change to the password that it has is refused.
quoted=$(printf '%s' "$password" | sed "s/[\\\\']/\\\\&/g")
JAVA_OPTS="-Xmx64m $soon" cypher-shell --address bolt://127.0.0.1:7687 --database system --non-interactive <<STATEMENT ||
CREATE OR REPLACE USER neo4j SET PASSWORD '$quoted' CHANGE NOT REQUIRED;
STATEMENT
  fail 'the user neo4j is not given its password: the reason is above'
unset password quoted
kill "$server"
wait "$server" || :
trap 'exit 143' HUP INT TERM

configure "$BIND" true true
run=$(program)
eval "exec $run"
