#!/bin/sh
# What the extras need, from Debian's packages: tshark opens the captures of failing scenarios, Chromium the pages, iproute2 and
# ethtool are peers that the real-kernel tests compare with. Needs root. Without them the tests that use them say so and skip.
set -eu
if [ "$(id -u)" != 0 ]; then
  echo "install-extras: needs root (apt-get); run: sudo sh scripts/install-extras.sh" >&2
  exit 3
fi
if ! command -v apt-get >/dev/null; then
  echo "install-extras: this script knows Debian's apt-get only; install tshark, chromium, iproute2 and ethtool by hand" >&2
  exit 3
fi
missing=""
for pair in tshark:tshark chromium:chromium ip:iproute2 ethtool:ethtool; do
  command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
done
if [ -z "$missing" ]; then
  echo "install-extras: all there"
  exit 0
fi
echo "install-extras: installing$missing"
apt-get update -q
# shellcheck disable=SC2086  # a list of packages
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
