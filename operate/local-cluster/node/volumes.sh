# Makes the folders of a node's volumes and removes those of deleted ones. The kubelet does the rest: it gives a local
# volume to its pod's fsGroup. Arguments: kubectl, the kubeconfig, the folder of all volumes.
kubectl=$1 kubeconfig=$2 volumes=$3
while :; do
  "$kubectl" --kubeconfig "$kubeconfig" get persistentvolumes --watch --output-watch-events \
    --output 'jsonpath={.type} {.object.metadata.name} {.object.spec.local.path}{"\n"}' |
    while read -r event name path; do
      [ "$path" = "$volumes/$name" ] || continue
      if [ "$event" = DELETED ]; then rm -rf "$path"; else mkdir -p "$path"; fi
    done
  sleep 1
done
