#!/bin/sh
# Installs the Debian packages a purpose needs (python | test), or names them and fails.
#
# A package counts as missing only if what we use of it is not found, so a machine that got its Chromium or
# PostgreSQL in another way is left alone. Never asks a question, never changes what is there already.
set -eu

missing=""
want() { # want PACKAGE COMMAND...: PACKAGE is missing unless COMMAND succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

any_file() { # succeeds if one of the arguments (an expanded pattern) exists
    for file in "$@"; do
        [ -e "$file" ] && return 0
    done
    return 1
}

on_path() { # succeeds if one of the commands exists, the system folders included
    for name in "$@"; do
        PATH="$PATH:/usr/sbin:/sbin" command -v "$name" && return 0
    done
    return 1
}

installed() { # succeeds if dpkg has the package installed
    [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]
}

chromium_package() { # Debian has one without a window, which opens a page seven times as fast; Ubuntu calls it chromium-browser
    for name in chromium-headless-shell chromium; do
        if [ -n "$(apt-cache --quiet=2 show --no-all-versions "$name" 2>/dev/null)" ]; then
            echo "$name"
            return
        fi
    done
    echo chromium-browser
}

case "${1-}" in
python)
    # Reached only when no interpreter would do; the second argument is the version of one that merely lacks ensurepip.
    if [ -n "${2-}" ]; then
        want "python$2-venv" installed "python$2-venv"
    else
        want python3 installed python3
        want python3-venv installed python3-venv
    fi
    ;;
test)
    want postgresql any_file /usr/lib/postgresql/*/bin/initdb
    on_path chromium-headless-shell chromium chromium-browser google-chrome >/dev/null || missing="$missing CHROMIUM"
    want python3-gi /usr/bin/python3 -c 'import gi'
    want gir1.2-gst-rtsp-server-1.0 installed gir1.2-gst-rtsp-server-1.0
    want gstreamer1.0-plugins-good installed gstreamer1.0-plugins-good
    want gstreamer1.0-plugins-bad installed gstreamer1.0-plugins-bad
    want gstreamer1.0-plugins-ugly installed gstreamer1.0-plugins-ugly
    want ffmpeg test -x /usr/bin/ffmpeg
    want e2fsprogs on_path mkfs.ext4
    want iproute2 on_path ip
    want util-linux on_path setpriv
    ;;
*)
    echo "usage: $0 python [VERSION] | test" >&2
    exit 2
    ;;
esac
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Siring needs these Debian packages or their like, and this machine has no apt-get:$missing" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    missing=$(echo "$missing" | sed "s/CHROMIUM/$(chromium_package)/")
    echo "Some system packages are missing, and installing them needs root. Please run, and try again:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi

echo "Installing system packages:$missing" | sed "s/CHROMIUM/chromium/"
# env, because sudo drops variables; the lock time-out waits for another apt to finish rather than failing.
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 "$@"; }
mkdir -p .cache
log=.cache/apt.log
if ! apt update >"$log" 2>&1; then
    echo "apt-get update failed; trying with the package lists that are there. See $log" >&2
fi
missing=$(echo "$missing" | sed "s/CHROMIUM/$(chromium_package)/")
# Word splitting is meant: a list of names.
# shellcheck disable=SC2086
if ! apt install -y --no-install-recommends $missing >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "Installing failed (all output in $log). To see for yourself:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi
