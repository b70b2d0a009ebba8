// Judges a token as a service with jose does. Takes JWKS, ISSUER, AUDIENCE, TYP and TOKEN from the environment; prints the
// claims of a token that it takes. Of one that it refuses it prints why, and exits with 3, so that no crash passes for that.

import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

const { JWKS, ISSUER, AUDIENCE, TYP, TOKEN } = process.env
try {
  const { payload } = await jwtVerify(TOKEN, createRemoteJWKSet(new URL(JWKS)), {
    algorithms: ['EdDSA'],
    typ: TYP,
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
  })
  console.log(JSON.stringify(payload))
} catch (refusal) {
  if (!(refusal instanceof errors.JOSEError)) throw refusal
  console.log(refusal.code, refusal.claim ?? '')
  process.exitCode = 3
}
