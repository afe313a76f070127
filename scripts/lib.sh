# Shared by the scripts: finds what they need, installs it where it can, says how where it cannot.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
target=${CARGO_TARGET_DIR:-$root/target}

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# packages NAME…: installs Debian packages when that is possible.
packages() {
    if has apt-get && [ "$(id -u)" = 0 ]; then
        say "Installing $*"
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 && return
        apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null && return
    fi
    fail "Install these packages and run this again: $* (Debian: sudo apt-get install $*)"
}

need_rust() {
    has cargo || fail "Rust is missing. Install it with rustup (https://rustup.rs) and run this again."
    local have want
    have=$(rustc --version | awk '{print $2}')
    want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    [ "$(printf '%s\n%s\n' "$want" "${have%%-*}" | sort -V | head -n 1)" = "$want" ] || fail "Rust $want or newer is needed, this is $have: run 'rustup update stable'."
    has cc || packages gcc libc6-dev
}

need_node() {
    has node || packages nodejs npm
    local major
    major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
    [ "$major" -ge 20 ] || fail "Node.js 20 or newer is needed, this is $(node --version)."
}

# lacking WHAT…: the Debian packages of these that are missing.
lacking() {
    local what
    for what in "$@"; do
        case $what in
            chromium) has chromium || echo chromium fonts-liberation ;;
            faketime) has faketime || echo faketime ;;
            ffmpeg) has ffprobe || echo ffmpeg ;;
            handbook) [ -d /usr/share/doc/debian-handbook ] || echo debian-handbook ;;
            java) has java || echo default-jre-headless ;;
            pebble) has pebble || echo pebble ;;
            promtool) has promtool || echo prometheus ;;
            python) python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3 python3-venv ;;
            testssl) { has testssl && has openssl; } || echo testssl.sh openssl ;;
            *) fail "scripts/lib.sh knows no $what." ;;
        esac
    done
}

# need WHAT…: installs what is missing of these in one go, for each go asks the package lists.
need() {
    local names
    names=$(lacking "$@")
    # shellcheck disable=SC2086 # Names of packages, one or several a line.
    [ -z "$names" ] || packages $names
}

# web_modules: node_modules exactly as the lock says, only when the lock changed.
web_modules() {
    need_node
    if ! cmp -s web/package-lock.json web/node_modules/.lock-installed; then
        say "Installing the web app's packages"
        (cd web && npm ci --no-audit --no-fund)
        cp web/package-lock.json web/node_modules/.lock-installed
    fi
}

# web_build: the web app, only when something in it changed. Who asks while another builds it waits.
web_build() {
    mkdir -p "$target"
    local stamp lock
    exec {lock}>"$target/web-build.lock"
    flock "$lock"
    web_modules
    stamp=$(cd web && git ls-files -co --exclude-standard | LC_ALL=C sort | xargs -d '\n' sha256sum 2>/dev/null | sha256sum)
    if [ "$stamp" != "$(cat web/build/.stamp 2>/dev/null)" ] || [ ! -f web/build/200.html.br ]; then
        say "Building the web app"
        (cd web && npm run build)
        printf '%s' "$stamp" >web/build/.stamp
    fi
    exec {lock}>&-
}

# debug_binary: target/debug/momentum. Naming a test with it builds the dependencies with the
# features that the tests' build has already: without that, half of them would be built again.
debug_binary() { cargo build --locked --bin momentum --test architecture; }

# Debug information of a tool that is run once would be a third of its building; what looks at our
# own source has nothing to say about its.
need_cargo_deny() {
    has cargo-deny || [ -x "$target/tools/bin/cargo-deny" ] ||
        env -u RUSTC_WORKSPACE_WRAPPER CARGO_PROFILE_DEV_DEBUG=0 cargo install cargo-deny --locked --profile dev --root "$target/tools" --quiet
}

need_schemathesis() {
    need python
    schemathesis=$target/tools/schemathesis/bin/schemathesis
    [ -x "$schemathesis" ] || { python3 -m venv "$target/tools/schemathesis" && "$target/tools/schemathesis/bin/pip" install --quiet schemathesis==4.32.0; }
}
