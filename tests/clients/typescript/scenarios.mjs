// The scenarios for every client, with OAuth and with keys.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Provider } from "./provider.mjs";
import { recorder } from "./recorder.mjs";
import { start } from "./server.mjs";

const KEYS = "sk_read=files:read;sk_write=files:read files:write";
const FILE = { path: "hello.txt", content: "Hello!" };

/**
 * Registers the tests of one client.
 *
 * `sdk` has `connect(transport)`, `transport(url, options)`, `finish(transport, callback)`, `UnauthorizedError`,
 * `assertRefused(error)` and the protocol's `version`. `assertRefused` checks the error after a 403 if the client has
 * no provider, and so cannot step up.
 */
export function scenarios(name, sdk) {
  test(`${name}: it logs in with little, and steps up once`, (t) => oauth(t, sdk));
  test(`${name}: so it does where tokens may be bound by DPoP`, (t) => oauth(t, sdk, { DPOP: "accepted" }));
  test(`${name}: with a key it does what the key may`, (t) => keys(t, sdk));
  test(`${name}: it uses an open tool without a login, and logs in for another`, (t) => mixed(t, sdk));
}

async function oauth(t, sdk, variables = {}) {
  const { url, stop } = await start(variables);
  t.after(stop);
  const { exchanges, fetch } = recorder();
  const provider = new Provider();
  const transport = () => sdk.transport(url, { authProvider: provider, fetch });

  const first = transport();
  await assert.rejects(sdk.connect(first), sdk.UnauthorizedError);
  assertDiscovered(exchanges, url, variables.DPOP !== undefined);
  assertAsked(provider, url, ["files:read"]);
  await sdk.finish(first, provider.callback);
  assert.equal(provider.tokens().scope, "files:read");

  const second = transport();
  const client = await sdk.connect(second);
  t.after(() => client.close());
  assert.equal(await call(client, "list_files"), "");
  assert.deepEqual(refusals(exchanges), []);

  // The client requests more scopes by itself. The application asks the user for consent, and calls again.
  await assert.rejects(call(client, "write_file", FILE), sdk.UnauthorizedError);
  assertAsked(provider, url, ["files:read", "files:read files:write"]);
  assert.equal(await call(client, "list_files"), "");
  await sdk.finish(second, provider.callback);

  assert.equal(await call(client, "write_file", FILE), "wrote 6 bytes to hello.txt");
  assert.equal(await call(client, "list_files"), "hello.txt\n");
  assertAsked(provider, url, ["files:read", "files:read files:write"]);
  assertRefusedOnce(exchanges, `resource_metadata="${metadataOf(url)}"`);
  assert.equal(exchanges.at(-1).version, sdk.version);
}

async function keys(t, sdk) {
  const { url, stop } = await start({ AUTH_MODE: "static", STATIC_KEYS: KEYS });
  t.after(stop);
  const { exchanges, fetch } = recorder();
  const connect = async (key) => {
    const requestInit = { headers: { authorization: `Bearer ${key}` } };
    const client = await sdk.connect(sdk.transport(url, { requestInit, fetch }));
    t.after(() => client.close());
    return client;
  };

  const reader = await connect("sk_read");
  assert.equal(await call(reader, "list_files"), "");
  await assert.rejects(call(reader, "write_file", FILE), sdk.assertRefused);
  assertRefusedOnce(exchanges, 'realm="mcp-files"');
  assert.equal(await call(reader, "list_files"), "");

  const writer = await connect("sk_write");
  assert.equal(await call(writer, "write_file", FILE), "wrote 6 bytes to hello.txt");
  assert.equal(await call(reader, "list_files"), "hello.txt\n");
  assertRefusedOnce(exchanges, 'realm="mcp-files"');
  assert.deepEqual(new Set(exchanges.map((exchange) => exchange.url)), new Set([url.href]), "nobody looked for OAuth");
}

async function mixed(t, sdk) {
  const { url, stop } = await start({ ANONYMOUS: "1" });
  t.after(stop);
  const { exchanges, fetch } = recorder();
  const provider = new Provider();

  const transport = sdk.transport(url, { authProvider: provider, fetch });
  const client = await sdk.connect(transport);
  t.after(() => client.close());
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name).sort(), ["count_files", "list_files", "purge_files", "write_file"]);
  assert.equal(await call(client, "count_files"), "0 files");
  assert.deepEqual(exchanges.filter((exchange) => exchange.status === 401), [], "no login was needed");
  assertAsked(provider, url, []);

  await assert.rejects(call(client, "write_file", FILE), sdk.UnauthorizedError);
  assertAsked(provider, url, ["files:read files:write"]);
  await sdk.finish(transport, provider.callback);
  assert.equal(await call(client, "write_file", FILE), "wrote 6 bytes to hello.txt");
  assert.equal(await call(client, "count_files"), "1 files");

  await assert.rejects(call(client, "purge_files"), sdk.UnauthorizedError);
  await sdk.finish(transport, provider.callback);
  assert.equal(await call(client, "purge_files"), "forgot 1 files");
  const steps = provider.asked.map((request) => new Set(request.scope.split(" ")));
  assert.ok(steps[1].has("files:admin") && steps[1].has("files:read"), provider.asked[1].scope);
  assert.equal(steps.length, 2);
}

async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, JSON.stringify(result));
  return result.content[0].text;
}

/** Checks that the first request had no token, and that its challenge led directly to the metadata. */
function assertDiscovered([first, second], url, hasDpop) {
  const challenge = `Bearer scope="files:read", resource_metadata="${metadataOf(url)}"`;
  assert.deepEqual([first.method, first.url, first.authorization], ["POST", url.href, null]);
  // These clients join the header lines, and do not support DPoP.
  const [bearer, dpop] = first.challenge.split(", DPoP ");
  assert.deepEqual([first.status, bearer, dpop !== undefined], [401, challenge, hasDpop]);
  assert.deepEqual([second.url, second.status], [metadataOf(url), 200]);
}

function assertAsked(provider, url, scopes) {
  assert.deepEqual(provider.asked.map((request) => request.scope), scopes);
  assert.ok(provider.asked.every((request) => request.resource === url.href));
}

function assertRefusedOnce(exchanges, where) {
  const [refusal, ...others] = refusals(exchanges);
  assert.deepEqual(others, []);
  assert.equal(refusal.method, "POST");
  assert.ok(refusal.challenge.startsWith('Bearer error="insufficient_scope", scope="files:read files:write", '));
  assert.ok(refusal.challenge.includes(where), refusal.challenge);
}

function refusals(exchanges) {
  return exchanges.filter((exchange) => exchange.status === 403);
}

function metadataOf(url) {
  return `${url.origin}/.well-known/oauth-protected-resource${url.pathname}`;
}
