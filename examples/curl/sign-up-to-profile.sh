#!/usr/bin/env bash
# From signing up to a profile and out again, by curl alone, against a Vestibule in development mode (`cargo run`):
#   examples/curl/sign-up-to-profile.sh [URL]
set -euo pipefail

url=${1:-http://localhost:8080}
# A new person each time.
email=ada-$(date +%s)-$$@example.org
password='harbour velvet onion'
body=$(mktemp)
trap 'rm -f "$body"' EXIT

# call METHOD PATH [JSON]: shows what is asked and what comes back, and keeps the latter. Errors are JSON, too, so they are
# shown like anything else, and then end this.
call() {
  local status arguments=(--silent --show-error --request "$1" --output "$body" --write-out '%{http_code}')
  [ -z "${access:-}" ] || arguments+=(--header "Authorization: Bearer $access")
  [ $# -lt 3 ] || arguments+=(--header 'Content-Type: application/json' --data "$3")
  : >"$body"
  status=$(curl "${arguments[@]}" "$url$2")
  printf '%s %s -> %s\n' "$1" "$2" "$status"
  [ ! -s "$body" ] || printf '%s\n\n' "$(<"$body")"
  [ "$status" -lt 400 ]
}

# field NAME: one string of the last answer. Good for tokens, which have no escapes; a program of your own parses JSON.
field() { sed -nE "s/.*\"$1\" *: *\"([^\"]*)\".*/\1/p" "$body"; }

# 1. Sign up. The answer is the same for every address, so it does not tell who has an account.
call POST /api/v1/signup "{\"email\":\"$email\",\"password\":\"$password\",\"name\":\"Ada\"}"

# 2. Read the mail, newest first. Development mode only: elsewhere it is in the person's mailbox.
mails=$(curl --silent --show-error --fail "$url/dev/mailbox.json")
token=${mails#*'/verify?token='}
token=${token%%[!A-Za-z0-9_-]*}

# 3. Confirm the address with the token of the mail's link.
call POST /api/v1/verify "{\"token\":\"$token\"}"

# 4. Log in: an access token for 15 minutes, and a refresh token for the next one.
call POST /api/v1/token "{\"email\":\"$email\",\"password\":\"$password\"}"
access=$(field access_token)
refresh=$(field refresh_token)

# 5. Change the profile: what is not named stays as it is.
call PATCH /api/v1/me '{"name":"Ada Lovelace","bio":"Notes on the Analytical Engine."}'

# 6. See it.
call GET /api/v1/me

# 7. Trade the refresh token for a new pair. It works once: from now on the new one counts.
call POST /api/v1/token/refresh "{\"refresh_token\":\"$refresh\"}"
access=$(field access_token)

# 8. Log out: the session ends, and both tokens with it.
call DELETE /api/v1/token

# 9. So this is 401 now.
! call GET /api/v1/me
