#!/bin/sh
# Makes .venv hold exactly what a lock file names (runtime | development), and the project itself.
#
# Safe to run twice, and from two makes at once. The stamp is written last, so a broken run is done again.
set -eu
cd "$(dirname "$0")/.."

case "${1-}" in
runtime) lock=requirements-runtime.lock ;;
development) lock=requirements.lock ;;
*)
    echo "usage: $0 runtime|development" >&2
    exit 2
    ;;
esac
stamp=.venv/.set-up-$1

mkdir -p .cache
exec 9>.cache/set-up.lock
if ! flock -n 9; then
    echo "Waiting for another set-up of this folder to finish"
    flock 9
fi

usable() { # usable PYTHON: new enough, and able to make a virtual environment with pip
    "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() { # prints the newest usable interpreter
    for name in python3.14 python3.13 python3.12 python3.11 python3 /usr/bin/python3; do
        path=$(command -v "$name" 2>/dev/null) && usable "$path" && echo "$path" && return 0
    done
    return 1
}

venv_works() { # its pip runs, and it was made for this folder (a copied or moved one was not)
    [ "$(.venv/bin/python -c 'import sys, pip; print(sys.prefix)' 2>/dev/null)" = "$(pwd -P)/.venv" ]
}

if ! venv_works; then
    python=$(find_python) || {
        sh tools/system_packages.sh python
        python=$(find_python) || {
            echo "Siring needs Python 3.11 or newer with its venv module; this machine offers $(python3 --version 2>&1)." >&2
            echo "On Debian 12, Ubuntu 24.04 or newer: sudo apt-get install -y python3 python3-venv" >&2
            exit 1
        }
    }
    echo "Making the virtual environment .venv with $("$python" --version) ($python)"
    "$python" -m venv --clear .venv
fi

echo "Installing the $1 packages that $lock names (downloaded once)"
pip="$PWD/.venv/bin/python -m pip --disable-pip-version-check --no-input --quiet"
if ! $pip install --require-hashes --no-deps --only-binary :all: -r "$lock"; then
    echo "Installing Python packages failed: see the message above. Is the package index reachable?" >&2
    exit 1
fi
$pip install --no-deps --no-build-isolation --no-index -e .
touch "$stamp"
