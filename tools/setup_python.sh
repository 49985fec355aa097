#!/bin/sh
# Make .venv with everything in requirements.lock, and the command .venv/bin/portal.
set -eu
cd "$(dirname "$0")/.."

usable() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 eller senare behövs. Installera det, eller peka ut det med PYTHON=…" >&2
    exit 1
}

# Debian keeps what venv needs in a package of its own.
can_make_environment() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

if [ ! -x .venv/bin/python ]; then
    python=$(find_python)
    if ! can_make_environment "$python"; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        tools/apt_install.sh "$package" || {
            echo "Installera $package och kör make igen." >&2
            exit 1
        }
    fi
    "$python" -m venv .venv
fi
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip --quiet"
$pip install --require-hashes -r requirements.lock
$pip install --no-deps --no-build-isolation -e .
# Every command and process starts from these; where Python may not write as it runs, they are compiled here once.
.venv/bin/python -m compileall -q portal dev bench
