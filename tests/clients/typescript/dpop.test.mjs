// Tokens bound to a key: the quickstart with `DPOP`, and clients that sign proofs with `oauth4webapi` and `dpop`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as dpop from "dpop";
import * as oauth from "oauth4webapi";

import { discover, Keyed, local } from "./keyed.mjs";
import { recorder } from "./recorder.mjs";
import { freePort, startProgram } from "./server.mjs";

const METADATA = "/.well-known/oauth-protected-resource";

/** Starts the quickstart, and returns its address. */
async function start(t, setting) {
  const { url, stop } = await startProgram("quickstart", await freePort(), { DPOP: setting });
  t.after(stop);
  return new URL("/", url);
}

/** Sends a request that must be refused, and returns the challenges as parsed by the library. */
async function refused(status, sent) {
  const error = await sent.then(() => assert.fail("the request was allowed"), (error) => error);
  assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, error);
  assert.equal(error.status, status);
  return error.cause;
}

test("it learns that tokens are to be bound, logs in, is asked for a nonce, and steps up once", async (t) => {
  const api = await start(t, "required");
  const files = new URL("/files", api);

  const [challenge, ...others] = await refused(401, oauth.protectedResourceRequest("none", "GET", files, undefined, null, local));
  assert.deepEqual(others, []);
  assert.equal(challenge.scheme, "dpop");
  assert.equal(challenge.parameters.scope, "files:read");
  assert.equal(challenge.parameters.resource_metadata, new URL(METADATA, api).href);
  assert.ok(challenge.parameters.algs.split(" ").includes("ES256"), challenge.parameters.algs);

  const { document, server } = await discover(new URL(api.origin));
  assert.equal(document.dpop_bound_access_tokens_required, true);
  assert.deepEqual(document.dpop_signing_alg_values_supported, challenge.parameters.algs.split(" "));
  assert.ok(server.dpop_signing_alg_values_supported.includes("ES256"));

  const client = await Keyed.register(server);
  const granted = await client.logIn(document.resource, challenge.parameters.scope);
  assert.deepEqual([granted.token_type, granted.scope], ["dpop", "files:read"]);

  const { fetch, exchanges } = recorder();
  const send = (method, url, body) =>
    oauth.protectedResourceRequest(client.token, method, url, undefined, body, { ...client.options, [oauth.customFetch]: fetch });
  await assert.rejects(send("GET", files), (error) => oauth.isDPoPNonceError(error));
  assert.deepEqual(await (await send("GET", files)).json(), ["hello.txt"]);
  assert.equal(await (await send("GET", new URL("/files/hello.txt", api))).text(), "Hello!\n");

  const [more, ...besides] = await refused(403, send("PUT", new URL("/files/new.txt", api), "Good day!"));
  assert.deepEqual(besides, []);
  assert.deepEqual([more.scheme, more.parameters.error], ["dpop", "insufficient_scope"]);
  assert.equal(more.parameters.scope, "files:read files:write");
  await client.logIn(document.resource, more.parameters.scope);
  assert.equal((await send("PUT", new URL("/files/new.txt", api), "Good day!")).status, 201);
  assert.equal(await (await send("GET", new URL("/files/new.txt", api))).text(), "Good day!");
  // The gate asked for a nonce once, and the client reused it for all later requests.
  assert.deepEqual(exchanges.map((exchange) => exchange.status), [401, 200, 200, 403, 201, 200]);
});

test("a refresh keeps the key, and nobody refreshes without it", async (t) => {
  const api = await start(t, "required");
  const { document, server } = await discover(new URL(api.origin));
  const client = await Keyed.register(server);
  await client.logIn(document.resource, "files:read");

  const other = { DPoP: oauth.DPoP({}, await oauth.generateKeyPair("ES256")), ...local };
  for (const options of [local, other]) {
    await assert.rejects(client.refresh(options), (error) => error.error === "invalid_dpop_proof");
  }
  assert.equal((await client.refresh()).token_type, "dpop");
  await assert.rejects(client.send("GET", new URL("/files", api)), (error) => oauth.isDPoPNonceError(error));
  assert.equal((await client.send("GET", new URL("/files", api))).status, 200);
});

/** Makes a client with client credentials, whose proofs come from the library `dpop`. */
async function machine(api, algorithm) {
  const { document, server } = await discover(new URL(api.origin));
  const keys = await dpop.generateKeyPair(algorithm);
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "dev",
    client_secret: "dev",
    scope: "files:read files:write",
    resource: document.resource,
  });
  const headers = { dpop: await dpop.generateProof(keys, server.token_endpoint, "POST") };
  const answer = await (await fetch(server.token_endpoint, { method: "POST", body, headers })).json();
  assert.equal(answer.token_type, "DPoP");
  const token = answer.access_token;
  const proof = (method, url, nonce, by = keys) => dpop.generateProof(by, url.href, method, nonce, token);
  const send = (method, url, proof, content) =>
    fetch(url, { method, body: content, headers: { authorization: `DPoP ${token}`, dpop: proof } });
  return { token, proof, send };
}

for (const algorithm of ["ES256", "RS256", "PS256"]) {
  test(`proofs by ${algorithm}: each is good once, for one request of one client`, async (t) => {
    const api = await start(t, "required");
    const [file, other] = [new URL("/files/a.txt", api), new URL("/files/b.txt", api)];
    const { token, proof, send } = await machine(api, algorithm);
    const assertRefused = (answer, error) => {
      assert.equal(answer.status, 401);
      assert.ok(answer.headers.get("www-authenticate").startsWith(`DPoP error="${error}", `), answer.headers);
    };

    const asked = await send("PUT", file, await proof("PUT", file), "first");
    assertRefused(asked, "use_dpop_nonce");
    const nonce = asked.headers.get("dpop-nonce");

    const used = await proof("PUT", file, nonce);
    assert.equal((await send("PUT", file, used, "first")).status, 201);
    assertRefused(await send("PUT", file, used, "second"), "invalid_dpop_proof");
    assertRefused(await send("PUT", file, await proof("PUT", other, nonce), "second"), "invalid_dpop_proof");
    assertRefused(await send("PUT", file, await proof("GET", file, nonce), "second"), "invalid_dpop_proof");
    const stranger = await dpop.generateKeyPair(algorithm);
    assertRefused(await send("PUT", file, await proof("PUT", file, nonce, stranger), "second"), "invalid_dpop_proof");
    const bearer = { authorization: `Bearer ${token}` };
    assertRefused(await fetch(file, { method: "PUT", body: "second", headers: bearer }), "invalid_token");
    bearer.dpop = await proof("PUT", file, nonce);
    assertRefused(await fetch(file, { method: "PUT", body: "second", headers: bearer }), "invalid_token");

    const read = await send("GET", file, await proof("GET", file, nonce));
    assert.equal(await read.text(), "first", "no refused request has written");
  });
}

test("with both kinds of tokens, each client finds its challenge and gets in", async (t) => {
  const api = await start(t, "accepted");
  const files = new URL("/files", api);

  const challenges = await refused(401, oauth.protectedResourceRequest("none", "GET", files, undefined, null, local));
  assert.deepEqual(challenges.map((challenge) => challenge.scheme), ["bearer", "dpop"]);
  for (const { parameters } of challenges) {
    assert.deepEqual([parameters.scope, parameters.resource_metadata], ["files:read", new URL(METADATA, api).href]);
  }

  const { document, server } = await discover(new URL(api.origin));
  assert.notEqual(document.dpop_bound_access_tokens_required, true);
  const client = await Keyed.register(server);
  await client.logIn(document.resource, "files:read");
  await assert.rejects(client.send("GET", files), (error) => oauth.isDPoPNonceError(error));
  assert.equal((await client.send("GET", files)).status, 200);
  const [bearer, bound] = await refused(401, oauth.protectedResourceRequest(client.token, "GET", files, undefined, null, local));
  assert.deepEqual([bearer.parameters.error, bound.parameters.error], ["invalid_token", undefined]);

  const body = new URLSearchParams({ grant_type: "client_credentials", scope: "files:read", resource: document.resource });
  const headers = { authorization: `Basic ${btoa("dev:dev")}` };
  const plain = await (await fetch(server.token_endpoint, { method: "POST", body, headers })).json();
  assert.equal(plain.token_type, "Bearer");
  assert.equal((await oauth.protectedResourceRequest(plain.access_token, "GET", files, undefined, null, local)).status, 200);
});

test("an official MCP client calls tools with a bound token, by a fetch that signs proofs", async (t) => {
  const { url, stop } = await startProgram("mcp-files", await freePort(), { DPOP: "required" });
  t.after(stop);
  const { document, server } = await discover(url);
  const client = await Keyed.register(server);
  await client.logIn(document.resource, "files:read");

  const { fetch, exchanges } = recorder();
  const transport = new StreamableHTTPClientTransport(url, { fetch: client.fetch(fetch) });
  const mcp = new Client({ name: "test", version: "1" });
  await mcp.connect(transport);
  t.after(() => mcp.close());
  const call = (name, args = {}) => mcp.callTool({ name, arguments: args });
  assert.equal((await call("list_files")).content[0].text, "");
  await assert.rejects(call("write_file", { path: "a.txt", content: "Hello!" }), (error) => error.code === 403);
  await client.logIn(document.resource, "files:read files:write");
  assert.equal((await call("write_file", { path: "a.txt", content: "Hello!" })).content[0].text, "wrote 6 bytes to a.txt");

  const asked = exchanges.filter((exchange) => exchange.challenge?.includes("use_dpop_nonce"));
  assert.equal(asked.length, 1, "a nonce was asked for once");
  assert.ok(exchanges.every((exchange) => exchange.authorization.startsWith("DPoP ")));
});
