#!/bin/sh
# Install Debian packages, when we may: exit 1 when not root or not on a Debian system.
set -eu
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 1
export DEBIAN_FRONTEND=noninteractive
if [ -z "$(find /var/lib/apt/lists -name '*_Packages*' 2>/dev/null | head -n 1)" ]; then
    apt-get update -qq >&2
fi
apt-get install -y -qq --no-install-recommends "$@" >&2 || {
    apt-get update -qq >&2 # the lists may be older than the archive
    apt-get install -y -qq --no-install-recommends "$@" >&2
}
