#!/bin/sh
# Find a Python that can make environments, then let tools/setup.py do the rest.
#   sh tools/bootstrap.sh demo|test|bench
# `test` as root on Debian installs a missing python3-venv itself; `demo` only says what is missing.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-demo}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
makes_environments() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }
stop() { echo "sayso: $*" >&2; exit 1; }

find_python() {
    found='' python=''
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        command -v "$name" >/dev/null 2>&1 && new_enough "$name" || continue
        found=$name
        if makes_environments "$name"; then python=$name; return 0; fi
    done
    return 0
}

apt_may_install() {
    [ "$kind" = test ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

find_python
if [ -z "$python" ] && apt_may_install; then
    echo "Installing python3-venv with apt…"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
    find_python
fi
[ -n "$found" ] || stop "Python 3.11 or newer is missing. Remedy: apt install python3 python3-venv (or set PYTHON=/path/to/python3.11)."
[ -n "$python" ] || stop "$found cannot make virtual environments (venv or ensurepip is missing). Remedy: apt install python3-venv"
exec "$python" tools/setup.py "$kind"
