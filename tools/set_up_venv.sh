#!/bin/sh
# Makes .venv hold exactly what a lock file names (runtime | demo | development), and the project itself.
#
# Safe to run twice, and from two makes at once. The stamp is written last, so a broken run is done again.
set -eu
cd "$(dirname "$0")/.."

case "${1-}" in
runtime) lock=requirements-runtime.lock ;;
demo) lock=requirements-demo.lock ;;
development) lock=requirements.lock ;;
*)
    echo "usage: $0 runtime|demo|development" >&2
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

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

makes_venvs() { # Debian's Python does only with the package python3.X-venv
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

find_python() { # find_python TEST...: prints the newest interpreter that passes every TEST
    for name in python3.14 python3.13 python3.12 python3.11 python3 /usr/bin/python3; do
        path=$(command -v "$name" 2>/dev/null) || continue
        for test in "$@"; do
            "$test" "$path" || continue 2
        done
        echo "$path"
        return 0
    done
    return 1
}

venv_works() { # its pip runs, and it was made for this folder (a copied or moved one was not)
    [ "$(.venv/bin/python -c 'import sys, pip; print(sys.prefix)' 2>/dev/null)" = "$(pwd -P)/.venv" ]
}

if ! venv_works; then
    python=$(find_python new_enough makes_venvs) || {
        lacking=$(find_python new_enough) || lacking=""
        version=""
        [ -z "$lacking" ] || version=$("$lacking" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        sh tools/system_packages.sh python "$version"
        python=$(find_python new_enough makes_venvs) || {
            echo "Siring needs Python 3.11 or newer with its venv module; python3 here is: $(python3 --version 2>&1)" >&2
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
