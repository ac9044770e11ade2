#!/bin/sh
# Installs the agent of a Portcullis gateway as a systemd service, or brings it up to date: the same command does both.
#
#   curl -fsS @PORTAL_URL@/api/agent/install.sh | sudo sh
#   … | sudo sh -s -- --sha256 DIGEST    the agent has this SHA-256, or nothing is installed (the operator console shows it)
#   … | sudo sh -s -- --uninstall        takes the service and its files away; tunnels and the gateway's keys stay
#   … | sudo sh -s -- --uninstall --purge   takes the tunnels down too, and removes the gateway's keys for good
#
# The enrolment token is asked for at the first start. Without a terminal: PORTCULLIS_ENROL_TOKEN_FILE names a file that holds it.
set -eu

PORTAL_URL='@PORTAL_URL@'
LIB=/usr/local/lib/portcullis
CONFIG=/etc/portcullis
STATE=/var/lib/portcullis-agent
UNIT=portcullis-agent.service
UNIT_FILE=/etc/systemd/system/$UNIT
AGENT=portcullis-agent.mjs

say() { printf '%s\n' "$*"; }
fail() {
  printf 'Not installed: %s\n' "$*" >&2
  exit 1
}

# One function, called in the last line: a script that broke off on the way does nothing.
main() {
  wanted='' uninstall=0 purge=0
  while [ $# -gt 0 ]; do
    case $1 in
      --sha256) [ $# -ge 2 ] || fail '--sha256 needs a digest.'; wanted=$2; shift ;;
      --uninstall) uninstall=1 ;;
      --purge) purge=1 ;;
      *) fail "there is no option $1; those that are stand at the top of this script." ;;
    esac
    shift
  done
  [ "$(id -u)" = 0 ] || fail 'this needs root: put sudo before sh.'
  [ -d /run/systemd/system ] || fail 'this host runs no systemd. The agent runs without it too: see docs/gateway-protocol.md, Running an agent.'
  if [ $uninstall = 1 ]; then uninstall; else install_agent; fi
}

uninstall() {
  [ -e "$UNIT_FILE" ] || [ -d "$LIB" ] || [ $purge = 1 ] || fail 'there is no agent here.'
  if [ $purge = 1 ] && [ -e "$LIB/$AGENT" ] && [ -e "$UNIT_FILE" ]; then
    systemctl stop "$UNIT"
    # Started once more, it takes down what it holds as it stops.
    mkdir -p "$UNIT_FILE.d"
    printf '[Service]\nEnvironment=PORTCULLIS_DOWN_ON_EXIT=1\nRestart=no\n' >"$UNIT_FILE.d/purge.conf"
    systemctl daemon-reload
    since=$(date +%s)
    systemctl start "$UNIT"
    await_log 'rebuilt|acknowledged' "$since" || say 'The agent did not start, so interfaces that are up stay up: see ip netns list.'
  fi
  systemctl disable --now "$UNIT" 2>/dev/null || true
  rm -rf "$UNIT_FILE" "$UNIT_FILE.d" "$LIB"
  systemctl daemon-reload
  if [ $purge = 1 ]; then
    rm -rf "$STATE" "$CONFIG"
    say 'The agent is gone, with its tunnels and keys. Cut the gateway off in the operator console as well.'
  else
    say "The agent is gone. Tunnels stay up, and nobody cuts them any more. Its keys are in $STATE, its settings in $CONFIG; --purge removes them."
  fi
}

install_agent() {
  missing=''
  for program in wg:wireguard-tools ip:iproute2 nft:nftables; do
    command -v "${program%%:*}" >/dev/null || missing="$missing ${program##*:}"
  done
  if [ ! -d /sys/module/wireguard ] && ! modprobe -q wireguard 2>/dev/null; then
    command -v wireguard-go >/dev/null || missing="$missing wireguard-go"
  fi
  [ -z "$missing" ] || fail "missing on this host:$missing. On Debian: apt-get install$missing"
  node=$(command -v node) || fail 'Node.js 20.19 or newer is missing on this host.'
  node=$(readlink -f "$node")
  "$node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || fail "the agent needs Node.js 20.19 or newer; $node is $("$node" --version)."

  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  for file in SHA256SUMS "$AGENT" "$UNIT"; do
    curl -fsS --proto '=https,http' --max-time 120 -o "$work/$file" "$PORTAL_URL/api/agent/$file" || fail "$file could not be fetched from $PORTAL_URL."
  done
  (cd "$work" && sha256sum --check --status --strict SHA256SUMS) || fail 'what was fetched is not what the portal says it is. Try again; if it stays so, somebody is in between.'
  digest=$(sha256sum "$work/$AGENT")
  digest=${digest%% *}
  [ -z "$wanted" ] || [ "$wanted" = "$digest" ] || fail "the agent has the SHA-256 $digest, not the one that you gave."
  version=$("$node" "$work/$AGENT" --version) || fail 'the agent does not start with this Node.js.'
  sed "s|@NODE@|$node|" "$work/$UNIT" >"$work/unit"

  umask 077
  mkdir -p "$CONFIG"
  settings
  mkdir -p "$LIB"
  chmod 755 "$LIB"
  changed=0
  cmp -s "$work/$AGENT" "$LIB/$AGENT" || { put "$work/$AGENT" "$LIB/$AGENT" 644; changed=1; }
  cmp -s "$work/unit" "$UNIT_FILE" || { put "$work/unit" "$UNIT_FILE" 644; changed=1; }
  systemctl daemon-reload
  systemctl enable -q "$UNIT"
  if [ $changed = 0 ] && systemctl is-active -q "$UNIT"; then
    say "The agent $version is up to date and runs."
    return
  fi
  since=$(date +%s)
  systemctl restart "$UNIT"
  if await_log 'enrolled|acknowledged|rebuilt' "$since"; then
    say "The agent $version runs. Its log: journalctl -u $UNIT"
    say "Open the UDP ports of its instances in the firewall (51820 and up); the operator console says when the gateway is heard of."
  else
    journalctl -q -u "$UNIT" --since "@$since" -o cat -n 5 >&2 || true
    printf 'Installed, but the agent does not get on; what it said last is above.\n' >&2
    exit 1
  fi
}

# What an operator changed in it stays.
settings() {
  if [ ! -e "$CONFIG/agent.env" ]; then
    printf '# docs/gateway-protocol.md, Running an agent, lists all settings.\nPORTCULLIS_PORTAL_URL=%s\nPORTCULLIS_ENROL_TOKEN_FILE=%s/enrol-token\n' "$PORTAL_URL" "$CONFIG" >"$work/agent.env"
    put "$work/agent.env" "$CONFIG/agent.env" 600
  fi
  if [ -n "${PORTCULLIS_ENROL_TOKEN_FILE:-}" ]; then
    put "$PORTCULLIS_ENROL_TOKEN_FILE" "$CONFIG/enrol-token" 600
  elif [ ! -e "$STATE/identity.json" ] && [ ! -e "$CONFIG/enrol-token" ]; then
    [ -r /dev/tty ] && (: </dev/tty) 2>/dev/null || fail 'there is no terminal to ask for the enrolment token: set PORTCULLIS_ENROL_TOKEN_FILE.'
    printf 'Enrolment token (pce_…, from “gateway add”): ' >/dev/tty
    stty -echo </dev/tty
    IFS= read -r token </dev/tty || token=''
    stty echo </dev/tty
    printf '\n' >/dev/tty
    printf '%s\n' "$token" >"$work/token"
    put "$work/token" "$CONFIG/enrol-token" 600
  fi
}

# Whole or not at all, whatever is killed meanwhile.
put() {
  cp "$1" "$2.new"
  chmod "$3" "$2.new"
  mv -f "$2.new" "$2"
}

# Whether the agent says one of these, and not that it gives up, within 30 seconds. Follows its log rather than looking again and again.
await_log() {
  lines=$(mktemp -u)
  mkfifo -m 600 "$lines"
  journalctl -q -f -n all -u "$UNIT" -o cat --since "@$2" >"$lines" 2>/dev/null &
  follower=$!
  said=$(timeout 30 grep -m 1 -E "\"event\":\"($1|not_enrolled|not_started|settings_invalid)\"" "$lines") || said=''
  kill "$follower" 2>/dev/null || true
  rm -f "$lines"
  printf '%s' "$said" | grep -q -E "\"event\":\"($1)\""
}

main "$@"
