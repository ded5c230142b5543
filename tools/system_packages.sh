#!/bin/sh
# Installs the Debian packages that are missing: `run` for the window, `test` for the checks on top.
# As root or through sudo; otherwise it names them. Other systems need none of this or say so in the README.
set -eu

run="python3-venv libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0
libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0
libxcb-xkb1 libsecret-1-0 fonts-inter fonts-noto-core"
test="postgresql xvfb xdotool gnome-keyring dbus"

command -v dpkg-query >/dev/null 2>&1 || exit 0

case "$1" in
  run) wanted=$run ;;
  test) wanted="$run $test" ;;
  *) echo "usage: $0 run|test" >&2; exit 2 ;;
esac

missing=""
for package in $wanted; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  case "$status" in
    *" installed") ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root="sudo"
else
  echo "These system packages are missing:$missing"
  echo "Install them with: sudo apt-get install --no-install-recommends$missing"
  echo "Going on without them."
  exit 0
fi
echo "Installing system packages:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086  the list is meant to be split
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
