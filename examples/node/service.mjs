// A web service that knows its callers by Vestibule's access tokens.
//
//     npm install
//     VESTIBULE_URL=http://localhost:8080 node service.mjs
//     curl -H "Authorization: Bearer $ACCESS_TOKEN" http://localhost:9002/

import { createServer } from 'node:http'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

// Exactly the VESTIBULE_PUBLIC_URL that Vestibule runs with: it is compared with `iss` and `aud`.
const vestibuleUrl = process.env.VESTIBULE_URL ?? 'http://localhost:8080'

// Fetched with the first token, kept for five minutes, and fetched again when a token names one that is not there.
const keys = createRemoteJWKSet(new URL(`${vestibuleUrl}/.well-known/jwks.json`), { cacheMaxAge: 300_000 })

async function verify(token) {
  const { payload } = await jwtVerify(token, keys, {
    // Named here, never taken from the token: whoever writes a token would choose how it is checked.
    algorithms: ['EdDSA'],
    // The same key may sign tokens of other kinds one day: those are no access tokens.
    typ: 'at+jwt',
    issuer: vestibuleUrl,
    audience: vestibuleUrl,
    // What is not there would not be checked.
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
  })
  return payload
}

// Keys out of reach, or not keys: nothing is wrong with the token as far as anybody knows.
const keysAreMissing = (error) =>
  !(error instanceof errors.JOSEError) ||
  ['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT'].includes(error.code)

const server = createServer(async (request, response) => {
  const answer = (status, value, headers = {}) =>
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value))

  const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (!token) return answer(401, { error: 'an access token is needed' }, { 'WWW-Authenticate': 'Bearer' })
  try {
    const { sub, exp } = await verify(token)
    // `sub` is the person: it stays the same when the address changes.
    answer(200, { user: sub, until: exp })
  } catch (error) {
    // The caller must not throw a token away because of a 503.
    if (keysAreMissing(error)) return answer(503, { error: 'the keys are out of reach' })
    answer(401, { error: error.message }, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })
  }
})

server.listen(process.env.PORT ?? 9002, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
