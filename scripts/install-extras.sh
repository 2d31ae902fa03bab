#!/bin/sh
# What the extras need, from Debian's packages: tshark opens the captures of failing scenarios, Chromium the pages, and prints the
# specification, which Sphinx builds and pdftotext reads in the tests; iproute2 and ethtool are peers that the real-kernel tests
# compare with, and what nicspec shell redirects with a library that gcc makes; QEMU, gcc and the rest are what nicspec lab setup
# works with; lava-common has the schema that jobs of LAVA are held to. Needs root. Without them the tests that use them say so and skip.
# With the argument "bench" Open vSwitch too, a peer of npm run bench: not by default, as Debian's package starts its daemons.
set -eu
if [ "$(id -u)" != 0 ]; then
  echo "install-extras: needs root (apt-get); run: sudo sh scripts/install-extras.sh" >&2
  exit 3
fi
if ! command -v apt-get >/dev/null; then
  echo "install-extras: this script knows Debian's apt-get only; install tshark, chromium, iproute2, ethtool, and what nicspec lab setup names, by hand" >&2
  exit 3
fi
missing=""
for pair in tshark:tshark chromium:chromium sphinx-build:python3-sphinx pdftotext:poppler-utils ip:iproute2 ethtool:ethtool nft:nftables sysctl:procps route:net-tools script:bsdutils setpriv:util-linux \
  qemu-system-x86_64:qemu-system-x86 x86_64-linux-gnu-gcc-12:gcc-12 gcc:gcc make:make depmod:kmod cpio:cpio xz:xz-utils; do
  command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
done
for pair in /usr/lib/python3/dist-packages/lava_common/schemas:lava-common /usr/lib/python3/dist-packages/voluptuous:python3-voluptuous \
  /usr/include/x86_64-linux-gnu/bits/libc-header-start.h:libc6-dev /usr/lib/x86_64-linux-gnu/libelf.so.1:libelf1; do
  [ -e "${pair%%:*}" ] || missing="$missing ${pair#*:}"
done
if [ "${1:-}" = bench ]; then
  command -v ovs-vswitchd >/dev/null || missing="$missing openvswitch-switch"
fi
if [ -z "$missing" ]; then
  echo "install-extras: all there"
  exit 0
fi
echo "install-extras: installing$missing"
apt-get update -q
# shellcheck disable=SC2086  # a list of packages
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
