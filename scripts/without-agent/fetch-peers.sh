#!/bin/sh
# For a host that can't run the agent: fetches one instance's list of peers, and gives it to WireGuard.
# docs/gateway-protocol.md, "Without an agent", says how to set it up and what it can't do.
#
#   fetch-peers.sh INTERFACE URL [FOLDER]
#
# FOLDER (/etc/wireguard) holds, readable by root alone:
#   INTERFACE.own   the host's own [Interface] section with PrivateKey and ListenPort: `wg syncconf` takes away what it isn't told
#   INTERFACE.auth  one line: Authorization: Bearer pcl_…
set -eu
umask 077
interface=$1
url=$2
folder=${3:-/etc/wireguard}
case $url in
  https://* | http://127.0.0.1:* | http://localhost:*) ;;
  *) echo "$url: must be https://, or the credential could be read on the way" >&2; exit 2 ;;
esac
for file in "$folder/$interface.own" "$folder/$interface.auth"; do
  [ -s "$file" ] || { echo "$file is missing or empty" >&2; exit 2; }
done
list=$(mktemp)
trap 'rm -f "$list"' EXIT
# The header comes from a file, so that the credential is in no list of processes. Redirects aren't followed.
curl --fail --silent --show-error --max-time 30 --max-filesize 67108864 --header "@$folder/$interface.auth" --output "$list" "$url"
# A list that broke off would cut whoever is on the rest of it. Then nothing changes: tunnels stay as they are.
[ "$(tail -n 1 "$list")" = '# End of the list' ] || { echo "$url: the list broke off" >&2; exit 1; }
cat "$folder/$interface.own" "$list" | wg syncconf "$interface" /dev/stdin
