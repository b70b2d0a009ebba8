# Functions for a server in development mode on a free port, for the scripts that test the API.
# Sourced after common.sh, not run. The server ends with the script. $scratch is the script's
# scratch folder.
# shellcheck shell=bash

scratch=$(mktemp -d)
server=''
# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local status=$?
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || true
  fi
  if [ "$status" -ne 0 ]; then
    say "FAILED; the log is in $scratch"
  else
    rm -rf "$scratch"
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

start_server() { # [PROGRAM]
  choose_program "$@"
  # The program must not see the settings of the caller.
  run=(env -i DATABASE_URL="sqlite://$scratch/data/vestibule.db" VESTIBULE_LISTEN=127.0.0.1:0
    VESTIBULE_LIMITS=off VESTIBULE_BCRYPT_COST=4 "$vestibule")
  # Otherwise, on a busy machine, the loop below could read the file before the shell creates it.
  : >"$scratch/out"
  "${run[@]}" serve >"$scratch/out" 2>"$scratch/log" &
  server=$!
  # The second line of the output contains the URL.
  for _ in $(seq 100); do
    url=$(sed -n 's/^open //p' "$scratch/out")
    if [ -n "$url" ]; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  fail "the server does not start: $(cat "$scratch/log")"
}

post() { # PATH JSON
  local answer
  answer=$(curl --silent --show-error --fail-with-body --header 'Content-Type: application/json' \
    --data "$2" "$url$1" 2>&1) || fail "POST $1: $answer"
}

# Creates an account as a user does. The mailbox lists the newest email first.
sign_up() { # ADDRESS PASSWORD
  local emails token
  post /api/v1/signup "{\"email\":\"$1\",\"password\":\"$2\"}"
  emails=$(curl --silent --show-error --fail "$url/dev/mailbox.json")
  token=${emails#*'/verify?token='}
  post /api/v1/verify "{\"token\":\"${token%%[!A-Za-z0-9_-]*}\"}"
}

# Fails if the server has ended, or has logged an error.
check_server() {
  kill -0 "$server" 2>/dev/null || fail "the program has ended: $(tail -n 20 "$scratch/log")"
  if grep '"level":"ERROR"' "$scratch/log" >&2; then fail "the program logged errors"; fi
}
