# Functions for the scripts that test the configurations of proxies. Sourced after common.sh, not
# run. $proxy is the name of the proxy under test, for messages.
# shellcheck shell=bash

# Downloads packages of Debian. The list of packages may be outdated, so a failure updates it.
download() {
  apt-get download -qq "$@" >&2 2>/dev/null || {
    apt-get update -qq >&2 && apt-get download -qq "$@" >&2
  }
}

# Prints the path of a program. Unpacks it from Debian's packages if necessary.
tools=target/test-tools
locate() { # PATH PACKAGE …
  local path=$1 package
  shift
  command -v "$(basename "$path")" && return
  for place in "/$path" "$PWD/$tools/$path"; do
    if [ -x "$place" ]; then echo "$place" && return; fi
  done
  has apt-get || fail "install $1 first"
  say "unpacking Debian's $* into $tools"
  mkdir -p "$tools/packages"
  (cd "$tools/packages" && download "$@") ||
    fail "apt-get download $* does not work: run apt-get update"
  for package in "$@"; do dpkg -x "$tools/packages/$package"_*.deb "$tools"; done
  [ -x "$tools/$path" ] || fail "$1 has no $path"
  echo "$PWD/$tools/$path"
}

passed() { printf '  ok  %s\n' "$*"; }
is() { # NAME ACTUAL EXPECTED
  [ "$2" = "$3" ] || fail "$proxy: $1 is '$2', must be '$3'"
  passed "$1: $3"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); listens "$port"; do :; done
  echo "$port"
}
wait_for() { # NAME PORT PID
  for _ in $(seq 200); do
    if listens "$2"; then return; fi
    kill -0 "$3" 2>/dev/null || break
    sleep 0.1
  done
  fail "$proxy: $1 does not listen on port $2"
}
stop() { # PID
  kill -TERM "$1"
  wait "$1" || true
}

# substitute FILE OLD NEW …: replaces texts. Fails if one is missing, because the test would then
# not use the shipped configuration.
substitute() {
  local file=$1
  shift
  while [ $# -gt 0 ]; do
    grep -qF -- "$1" "$file" || fail "$proxy: the configuration has no '$1' to replace"
    # shellcheck disable=SC2001 # a set of characters is more than the shell replaces
    sed -i "s|$(sed 's/[][\.*^$|]/\\&/g' <<<"$1")|$2|g" "$file"
    shift 2
  done
}
