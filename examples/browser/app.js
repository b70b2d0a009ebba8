// A page of another origin that uses Vestibule's API. It logs in, shows and changes the profile,
// and logs out.

const VESTIBULE_URL = 'http://localhost:8080'

// Kept in memory only. Any script that slips into the page can read localStorage, and its content
// outlives the tab. A reload therefore needs a new login.
let tokens = null
let refreshing = null

const byId = (id) => document.getElementById(id)
const say = (text) => { byId('status').textContent = text }

// Sends a request. An error of the API becomes an Error with its status, its stable code, and
// sentences for users.
async function request(method, path, { body, token } = {}) {
  const response = await fetch(VESTIBULE_URL + path, {
    method,
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
    // The API takes no cookies, so none are sent.
    credentials: 'omit',
  })
  if (response.ok) return response.status === 204 ? null : response.json()
  const problem = await response.json().catch(() => ({}))
  const sentences = problem.errors?.map((error) => error.detail) ?? [
    problem.detail ?? 'Something went wrong.',
  ]
  throw Object.assign(new Error(sentences.join(' ')), {
    status: response.status,
    code: problem.code,
  })
}

// Sends a request with the access token. If that has expired, repeats it with a fresh one.
async function call(method, path, body) {
  try {
    return await request(method, path, { body, token: tokens.access_token })
  } catch (error) {
    if (error.code !== 'invalid_token') throw error
    await refresh()
    return request(method, path, { body, token: tokens.access_token })
  }
}

// Exchanges the refresh token for the next one. Two calls that find the access token expired share
// one exchange.
function refresh() {
  refreshing ??= request('POST', '/api/v1/token/refresh', {
    body: { refresh_token: tokens.refresh_token },
  })
    .then((next) => { tokens = next })
    .finally(() => { refreshing = null })
  return refreshing
}

function show(profile) {
  byId('profile-email').textContent = profile?.email ?? ''
  byId('profile-name').textContent = profile?.name ?? '(none)'
  byId('name').value = profile?.name ?? ''
  byId('profile').hidden = !profile
  byId('login').hidden = Boolean(profile)
}

function forget(text) {
  tokens = null
  show(null)
  say(text)
  byId('email').focus()
}

// Runs the action of a button, and shows its result.
const on = (id, event, action) =>
  byId(id).addEventListener(event, async (happened) => {
    happened.preventDefault()
    say('')
    try {
      await action()
    } catch (error) {
      // The user ended the session on another device or set a new password, or the session expired.
      if (error.code === 'invalid_refresh_token') {
        forget('You have been logged out. Please log in again.')
        return
      }
      // fetch throws a TypeError if the network fails. It throws the same if the origin is not in
      // VESTIBULE_API_ORIGINS.
      say(error instanceof TypeError ? 'Vestibule is out of reach.' : error.message)
    }
  })

on('login', 'submit', async () => {
  const { email, password } = Object.fromEntries(new FormData(byId('login')))
  tokens = await request('POST', '/api/v1/token', { body: { email, password } })
  byId('password').value = ''
  show(await call('GET', '/api/v1/me'))
  say('You are logged in.')
  // The focus was on a button that is hidden now.
  byId('profile-heading').focus()
})

on('rename', 'submit', async () => {
  show(await call('PATCH', '/api/v1/me', { name: byId('name').value }))
  say('Your name has been changed.')
})

on('logout', 'click', async () => {
  await call('DELETE', '/api/v1/token')
  forget('You are logged out.')
})
