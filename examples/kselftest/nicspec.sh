#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# nicspec on the kernel that runs, over veth, as a program of kselftest: KTAP on standard output; 0 pass, 1 fail, 4 skip.
#   NICSPEC       folder of nicspec, built (npm ci)
#   NICSPEC_ONLY  a requirement or a pattern; default: the whole profile virtual-nic
ksft_skip=4
skip() {
	echo "KTAP version 1"
	echo "1..0 # SKIP $1"
	exit $ksft_skip
}

[ "$(id -u)" = 0 ] || skip "root is needed for network namespaces"
command -v node >/dev/null || skip "there is no node"
[ -e "${NICSPEC:=/opt/nicspec}/bin/nicspec.js" ] || skip "there is no nicspec in $NICSPEC; NICSPEC names its folder"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
node "$NICSPEC/bin/nicspec.js" run --target linux:veth --format ktap --out "$out" ${NICSPEC_ONLY:+--only "$NICSPEC_ONLY"}
code=$?
# 3: the target could not be had, or was lost; KTAP says where. It is no pass.
[ "$code" = 0 ] || exit 1
