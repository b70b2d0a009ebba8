// A client whose types openapi-typescript generates. `scripts/test-clients` compiles and runs it.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Me = components["schemas"]["Me"];
type MeChange = components["schemas"]["MeChange"];

const { URL: baseUrl = "", EMAIL: email = "", PASSWORD: password = "" } = process.env;
const client = createClient<paths>({ baseUrl });

const login = await client.POST("/api/v1/token", { body: { email, password } });
assert(login.data, JSON.stringify(login.error));
const headers = { Authorization: `Bearer ${login.data.access_token}` };

async function me(): Promise<Me> {
  const { data, error } = await client.GET("/api/v1/me", { headers });
  assert(data, JSON.stringify(error));
  return data;
}

async function change(body: MeChange): Promise<Me> {
  const { data, error } = await client.PATCH("/api/v1/me", { headers, body });
  assert(data, JSON.stringify(error));
  return data;
}

const full = { name: "Ada Lovelace", handle: "ada", bio: "Notes on the Analytical Engine." };
assert.deepEqual(await change(full), { ...(await me()), ...full });

// A member that is left out stays as it is, and null clears one.
const renamed = await change({ name: "Ada" });
assert.deepEqual(renamed, { ...(await me()), ...full, name: "Ada" });
const cleared = await change({ bio: null });
assert.deepEqual(cleared, { ...renamed, bio: null });

// What was read can be written back.
const { name, handle, bio, public: isPublic } = cleared;
assert.deepEqual(await change({ name, handle, bio, public: isPublic }), cleared);

const rejected = await client.PATCH("/api/v1/me", { headers, body: { handle: "?" } });
assert.equal(rejected.error?.code, "invalid");
