# Functions that the scripts here share. Sourced, not run.
# shellcheck shell=bash

say() { printf 'scripts/%s: %s\n' "${0##*/}" "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# need PROGRAM PACKAGE …: installs the packages of missing programs, and says so.
need() {
  local missing=()
  while [ $# -gt 0 ]; do
    has "$1" || missing+=("$2")
    shift 2
  done
  install_packages "${missing[@]}"
}

install_packages() {
  [ $# -gt 0 ] || return 0
  has apt-get || fail "install these first (your system may use other names): $*"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    has sudo || fail "run as root: apt-get update && apt-get install $*"
    as_root=(sudo)
  fi
  say "installing $*"
  "${as_root[@]}" apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "$@" >&2
}

# Installs Chromium and its driver. Uses Chrome if it is installed.
need_chromium() {
  local browser=chromium
  if has google-chrome; then browser=google-chrome; fi
  need "$browser" chromium chromedriver chromium-driver
}

# Prints the folder of the newest PostgreSQL server's programs. Debian keeps them off the PATH, in a
# folder for each version. A folder without initdb has the programs of the client only.
newest_postgres() {
  local initdb
  initdb=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  dirname "$initdb"
}

# Installs the headers of PostgreSQL's client, for a build that links the system's. Without them,
# the linker would only say that it is unable to find -lpq.
need_libpq() {
  need pkg-config pkg-config
  pkg-config --exists libpq || install_packages libpq-dev
}

# need_crate NAME VERSION: adds a program from crates.io to the PATH. If that version is missing,
# compiles it. Leaves out optimisation, because the build is then quicker.
need_crate() {
  local root=$PWD/target/test-tools
  export PATH=$root/bin:$PATH
  if cargo install --list --root "$root" | grep -xF "$1 v$2:" >/dev/null; then return; fi
  say "installing $1 $2 into target/test-tools"
  cargo install --quiet --locked --debug --root "$root" "$1@$2"
}

# need_python NAME==VERSION …, or other arguments of pip: makes a Python environment that contains
# these packages.
python=target/test-tools/python/bin/python
need_python() {
  need python3 python3
  if [ ! -x "$python" ]; then
    # On Debian, this needs a separate package.
    python3 -c 'import ensurepip' 2>/dev/null || install_packages python3-venv
    python3 -m venv "${python%/bin/python}"
  fi
  # Without an index, pip succeeds only if every package is installed already.
  "$python" -m pip install --quiet --no-index "$@" >/dev/null 2>&1 && return
  say "installing $* into target/test-tools"
  "$python" -m pip install --quiet --disable-pip-version-check "$@" >&2
}

# Sets $vestibule to PROGRAM. Without PROGRAM, builds it first.
choose_program() { # [PROGRAM]
  if [ $# -eq 1 ]; then
    vestibule=$1
  else
    has cargo || fail "install Rust first: https://rustup.rs"
    cargo build --quiet
    vestibule=${CARGO_TARGET_DIR:-target}/debug/vestibule
  fi
  [ -x "$vestibule" ] || fail "no program at $vestibule"
}
