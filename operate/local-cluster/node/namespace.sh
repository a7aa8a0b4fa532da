# Runs first in the node's namespaces and lives as long as they do: it is their first process, which also ends
# children that nobody waits for. Arguments: the folder of all that this project keeps, the node's name server.
set -eu
kept=$1
cd "$kept"

# What is fixed in the programs of a node: sockets, state and logs that would meet those of the machine.
mount -t tmpfs -o mode=755 memory-fleet /run
for hidden in /var/lib /var/log; do mount -t tmpfs -o mode=755 memory-fleet "$hidden"; done
# The folder may lie below what is hidden now: it comes back by the way that this process still stands in.
mkdir -p "$kept"
mount --no-canonicalize --rbind . "$kept"

# A kubelet sets these for the whole machine unless they are right already; here it reads that they are.
own() {
  mkdir -p "/run/sysctl/${1%/*}"
  echo "$2" >"/run/sysctl/$1"
  mount --bind "/run/sysctl/$1" "/proc/sys/$1"
}
own vm/overcommit_memory 1
own vm/panic_on_oom 0
own kernel/panic 10
own kernel/panic_on_oops 1
own kernel/keys/root_maxkeys 1000000
own kernel/keys/root_maxbytes 25000000

names=$(readlink -m /etc/resolv.conf)
mkdir -p "${names%/*}" /run/names
[ -e "$names" ] || : >"$names"
echo "nameserver $2" >/run/names/resolv.conf
mount --bind /run/names/resolv.conf "$names"

# Volumes that a kubelet mounts must be seen by the containers that run already, and by nobody outside.
mount --make-rshared /
echo ready
while :; do sleep 86400; done
