// A web service that identifies its users by Vestibule's access tokens.
//
//     npm install
//     VESTIBULE_URL=http://localhost:8080 node service.mjs
//     curl -H "Authorization: Bearer $ACCESS_TOKEN" http://localhost:9002/

import { createServer } from 'node:http'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

// Exactly Vestibule's VESTIBULE_PUBLIC_URL. It is compared with `iss` and `aud`.
const vestibuleUrl = process.env.VESTIBULE_URL ?? 'http://localhost:8080'

// The keys are fetched with the first token and kept for five minutes. For a token that names an
// unknown key, they are fetched again.
const keys = createRemoteJWKSet(new URL(`${vestibuleUrl}/.well-known/jwks.json`), {
  cacheMaxAge: 300_000,
})

async function verify(token) {
  const { payload } = await jwtVerify(token, keys, {
    // Fixed here, never taken from the token. Otherwise an attacker could choose how a token is
    // checked.
    algorithms: ['EdDSA'],
    // The same key may sign tokens of other kinds one day. Those are no access tokens.
    typ: 'at+jwt',
    issuer: vestibuleUrl,
    audience: vestibuleUrl,
    // Otherwise, jose would not check a claim that is missing.
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
  })
  return payload
}

// The keys can't be fetched or read, so the token may be valid.
const keysAreMissing = (error) =>
  !(error instanceof errors.JOSEError) ||
  ['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT'].includes(error.code)

const server = createServer(async (request, response) => {
  const answer = (status, value, headers = {}) =>
    response
      .writeHead(status, { 'Content-Type': 'application/json', ...headers })
      .end(JSON.stringify(value))

  const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (!token) {
    return answer(401, { error: 'an access token is needed' }, { 'WWW-Authenticate': 'Bearer' })
  }
  try {
    const { sub, exp } = await verify(token)
    // `sub` is the id of the user. It stays the same when the address changes.
    answer(200, { user: sub, until: exp })
  } catch (error) {
    // With a 503 the client keeps its token.
    if (keysAreMissing(error)) return answer(503, { error: 'the keys are out of reach' })
    answer(401, { error: error.message }, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })
  }
})

server.listen(process.env.PORT ?? 9002, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
