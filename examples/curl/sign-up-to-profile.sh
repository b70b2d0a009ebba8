#!/usr/bin/env bash
# Signs up, changes the profile and logs out, with curl alone. Vestibule must run in development
# mode, as with `cargo run`.
#   examples/curl/sign-up-to-profile.sh [URL]
set -euo pipefail

url=${1:-http://localhost:8080}
# A new user each time.
email=ada-$(date +%s)-$$@example.org
password='harbour velvet onion'
body=$(mktemp)
trap 'rm -f "$body"' EXIT

# call METHOD PATH [JSON]: sends a request, and shows and keeps its response. Errors are JSON, too.
# The script shows them like any response, and then ends.
call() {
  local status arguments
  arguments=(--silent --show-error --request "$1" --output "$body" --write-out '%{http_code}')
  [ -z "${access:-}" ] || arguments+=(--header "Authorization: Bearer $access")
  [ $# -lt 3 ] || arguments+=(--header 'Content-Type: application/json' --data "$3")
  : >"$body"
  status=$(curl "${arguments[@]}" "$url$2")
  printf '%s %s -> %s\n' "$1" "$2" "$status"
  [ ! -s "$body" ] || printf '%s\n\n' "$(<"$body")"
  [ "$status" -lt 400 ]
}

# field NAME: prints one string of the last response. This works for tokens, which have no escapes.
# Your program should parse JSON instead.
field() { sed -nE "s/.*\"$1\" *: *\"([^\"]*)\".*/\1/p" "$body"; }

# 1. Sign up. The response is the same for every address, so it does not reveal who has an account.
call POST /api/v1/signup "{\"email\":\"$email\",\"password\":\"$password\",\"name\":\"Ada\"}"

# 2. Read the emails, newest first. In production, they are in the user's mailbox.
emails=$(curl --silent --show-error --fail "$url/dev/mailbox.json")
token=${emails#*'/verify?token='}
token=${token%%[!A-Za-z0-9_-]*}

# 3. Confirm the address with the token of the email's link.
call POST /api/v1/verify "{\"token\":\"$token\"}"

# 4. Log in: an access token for 15 minutes, and a refresh token for the next one.
call POST /api/v1/token "{\"email\":\"$email\",\"password\":\"$password\"}"
access=$(field access_token)
refresh=$(field refresh_token)

# 5. Change the profile. Fields that are not named stay as they are.
call PATCH /api/v1/me '{"name":"Ada Lovelace","bio":"Notes on the Analytical Engine."}'

# 6. Read the profile.
call GET /api/v1/me

# 7. Exchange the refresh token for a new pair. Each refresh token works once.
call POST /api/v1/token/refresh "{\"refresh_token\":\"$refresh\"}"
access=$(field access_token)

# 8. Log out. The session ends, and both tokens with it.
call DELETE /api/v1/token

# 9. The access token no longer works: the status is 401.
! call GET /api/v1/me
