#!/bin/sh
# Joins this Linux machine to an instance of Portcullis. It makes the private key here, where it stays; asks the portal to join with the
# instance's API key; waits until an owner or admin approves it; and brings the WireGuard interface up. docs/systems.md says the rest.
#
#   sudo sh join.sh
#
# Run again, by hand or at boot, it needs no API key: it asks how things are, and brings the interface up as they are now. Needs curl, wg
# and ip; and wireguard-go where the kernel has no WireGuard. Settings, all from the environment:
#
#   PORTAL_URL                the portal, like https://portal.example.com
#   PORTCULLIS_API_KEY_FILE   a file with the API key; or
#   PORTCULLIS_API_KEY        the key itself. Without either, the script asks for it. Never an argument: arguments are everybody's to read.
#   INTERFACE                 name of the WireGuard interface (portcullis)
#   STATE_DIR                 where key, id and token are kept (/etc/portcullis-system)
#   SYSTEM_HOST_NAME, SYSTEM_SERIAL, SYSTEM_VERSION   what to say of this machine, in place of what it says itself
set -eu
umask 077
LC_ALL=C
export LC_ALL

PORTAL_URL=${PORTAL_URL:-@PORTAL_URL@}
INTERFACE=${INTERFACE:-portcullis}
STATE_DIR=${STATE_DIR:-/etc/portcullis-system}

say() { printf '%s\n' "$*" >&2; }
fail() { say "join.sh: $*"; exit 1; }

case $PORTAL_URL in
  http://* | https://*) PORTAL_URL=${PORTAL_URL%/} ;;
  *) fail "set PORTAL_URL to the portal's address, like https://portal.example.com" ;;
esac
case $INTERFACE in
  '' | *[!A-Za-z0-9_.-]* | ????????????????*) fail "INTERFACE has 1 to 15 letters, digits, dots, hyphens and underscores" ;;
esac
for tool in curl wg ip sed tr; do
  command -v "$tool" >/dev/null 2>&1 || fail "this needs $tool, which is not installed"
done

mkdir -p "$STATE_DIR"
chmod 700 "$STATE_DIR"
scratch=$(mktemp -d "$STATE_DIR/.asking.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- Asking the portal. The credential goes by a file that only root reads: never by an argument.

# ask METHOD PATH CREDENTIAL [BODY]; sets $status, and leaves the answer in $scratch/answer. A portal that can't be reached has status 000.
ask() {
  printf 'Authorization: Bearer %s\n' "$3" >"$scratch/header"
  if [ $# -eq 4 ]; then
    printf '%s' "$4" >"$scratch/body"
    set -- "$1" "$2" -H 'Content-Type: application/json' --data-binary "@$scratch/body"
  else
    set -- "$1" "$2"
  fi
  method=$1 path=$2
  shift 2
  : >"$scratch/answer"
  status=$(curl -sS --max-time 30 -o "$scratch/answer" -w '%{http_code}' -X "$method" -H "@$scratch/header" -H 'Accept: application/json' "$@" "$PORTAL_URL$path") || status=000
  rm -f "$scratch/header" "$scratch/body"
}

# The answers are JSON on one line, with values that hold no quotes and no brackets.
text_of() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$scratch/answer"; }
number_of() { sed -n "s/.*\"$1\":\([0-9][0-9]*\).*/\1/p" "$scratch/answer"; }
list_of() { sed -n "s/.*\"$1\":\[\([^]]*\)\].*/\1/p" "$scratch/answer" | tr -d '" '; }

# What the portal sends is put into commands that root runs: nothing passes but what it must look like.
only() {
  case $2 in
    '' | *[!$3]*) fail "the portal sent something unexpected for $1" ;;
  esac
}

# --- The key: made once, and never sent.

key=$STATE_DIR/private.key
if [ ! -s "$key" ]; then
  wg genkey >"$scratch/key"
  mv "$scratch/key" "$key"
  rm -f "$STATE_DIR/id" "$STATE_DIR/token"
fi
public_key=$(wg pubkey <"$key")
say "The public key of this system: $public_key"

# --- Joining, unless it asked before.

plain() { printf '%s' "$1" | tr -c "$2" '-' | cut -c "1-$3" | sed 's/^[^A-Za-z0-9]*//; s/[^A-Za-z0-9]*$//'; }

api_key() {
  if [ -n "${PORTCULLIS_API_KEY_FILE:-}" ]; then
    [ -r "$PORTCULLIS_API_KEY_FILE" ] || fail "can't read $PORTCULLIS_API_KEY_FILE"
    tr -d '[:space:]' <"$PORTCULLIS_API_KEY_FILE"
  elif [ -n "${PORTCULLIS_API_KEY:-}" ]; then
    printf '%s' "$PORTCULLIS_API_KEY"
  else
    { : </dev/tty; } 2>/dev/null || fail "set PORTCULLIS_API_KEY_FILE to a file with the instance's API key"
    printf 'API key of the instance: ' >/dev/tty
    stty -echo </dev/tty
    IFS= read -r typed </dev/tty || typed=
    stty echo </dev/tty
    printf '\n' >/dev/tty
    printf '%s' "$typed" | tr -d '[:space:]'
  fi
}

join() {
  credential=$(api_key)
  case $credential in
    '' | *[!A-Za-z0-9_-]*) fail 'that is no API key: it begins with pck_ and has letters, digits, hyphens and underscores' ;;
  esac
  version=$(. /etc/os-release 2>/dev/null && printf '%s' "${PRETTY_NAME:-}") || version=
  serial=$(cat /sys/class/dmi/id/product_serial 2>/dev/null) || serial=
  host_name=$(plain "${SYSTEM_HOST_NAME:-$(uname -n)}" 'A-Za-z0-9._-' 40)
  serial=$(plain "${SYSTEM_SERIAL:-$serial}" 'A-Za-z0-9 ._:/+~-' 64)
  version=$(plain "${SYSTEM_VERSION:-$version}" 'A-Za-z0-9 ._:/+~-' 64)
  [ -n "$host_name" ] || host_name=system
  ask POST /api/v1/systems "$credential" "{\"publicKey\":\"$public_key\",\"hostName\":\"$host_name\",\"serial\":\"$serial\",\"version\":\"$version\"}"
  case $status in
    202) ;;
    000) fail "the portal at $PORTAL_URL can't be reached" ;;
    *) fail "the portal refused ($status): $(text_of message)" ;;
  esac
  id=$(text_of id) token=$(text_of token)
  only 'the id' "$id" '0-9a-f-'
  only 'the token' "$token" 'A-Za-z0-9_-'
  printf '%s\n' "$id" >"$STATE_DIR/id"
  printf '%s\n' "$token" >"$STATE_DIR/token"
  say "Asked to join as $host_name. An owner or admin of the instance got a mail: they approve it in the portal."
}

[ -s "$STATE_DIR/id" ] && [ -s "$STATE_DIR/token" ] || join
id=$(cat "$STATE_DIR/id")
token=$(cat "$STATE_DIR/token")

# --- Waiting.

told=
tell() {
  [ "$told" = "$1" ] || say "$1"
  told=$1
}

while :; do
  ask GET "/api/v1/systems/$id" "$token"
  state=$(text_of state)
  case $status:$state in
    200:approved) [ -z "$(text_of endpoint)" ] || break; tell 'Approved; the instance is not up yet. Waiting for it.' ;;
    200:pending) tell 'Waiting for approval.' ;;
    200:suspended) tell 'Approved, and cut off while the subscription is not active. Waiting.' ;;
    200:refused) fail "it was refused. To ask again with a new key, remove $STATE_DIR and run this once more." ;;
    200:removed) fail "it was removed from the instance. To ask again with a new key, remove $STATE_DIR and run this once more." ;;
    200:expired) rm -f "$STATE_DIR/id" "$STATE_DIR/token"; fail 'nobody decided in time. Run this once more to ask again.' ;;
    401:*) rm -f "$STATE_DIR/id" "$STATE_DIR/token"; fail 'the portal no longer knows this request. Run this once more to ask again.' ;;
    *) tell "The portal doesn't answer as expected ($status). Trying on." ;;
  esac
  wait_seconds=$(number_of pollAfterSeconds)
  sleep "${wait_seconds:-5}"
done

# --- The interface, as the portal says it is now.

server=$(text_of serverPublicKey) endpoint=$(text_of endpoint) addresses=$(list_of addresses) allowed=$(list_of allowedIps)
keepalive=$(number_of persistentKeepaliveSeconds) mtu=$(number_of mtu)
only 'the public key' "$server" 'A-Za-z0-9+/='
only 'the endpoint' "$(printf '%s' "$endpoint" | tr -d '[]')" 'A-Za-z0-9._:-'
only 'the addresses' "$addresses" '0-9a-fA-F.:/,'
only 'the networks' "$allowed" '0-9a-fA-F.:/,'

if ! ip link show dev "$INTERFACE" >/dev/null 2>&1; then
  if ! ip link add dev "$INTERFACE" type wireguard 2>/dev/null; then
    command -v wireguard-go >/dev/null 2>&1 || fail 'this kernel has no WireGuard. Install wireguard-go.'
    wireguard-go "$INTERFACE" >/dev/null 2>&1 || fail "wireguard-go could not make the interface $INTERFACE"
  fi
fi
wg set "$INTERFACE" private-key "$key" peer "$server" endpoint "$endpoint" allowed-ips "$allowed" persistent-keepalive "${keepalive:-25}"
# After a move the instance has another key: the one before is nobody's to reach any more.
for peer in $(wg show "$INTERFACE" peers); do
  [ "$peer" = "$server" ] || wg set "$INTERFACE" peer "$peer" remove
done
[ -z "$mtu" ] || ip link set dev "$INTERFACE" mtu "$mtu"
ip link set dev "$INTERFACE" up
for address in $(printf '%s' "$addresses" | tr ',' ' '); do
  ip address replace "$address" dev "$INTERFACE" || say "The address $address could not be set; going on without it."
done
for network in $(printf '%s' "$allowed" | tr ',' ' '); do
  ip route replace "$network" dev "$INTERFACE" || say "The route to $network could not be set; going on without it."
done
say "Joined: $INTERFACE is up with $addresses, and reaches $allowed."
