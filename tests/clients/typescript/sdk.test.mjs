// `@modelcontextprotocol/sdk`, version 1.

import assert from "node:assert/strict";

import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport, StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { scenarios } from "./scenarios.mjs";

scenarios("sdk", {
  version: "2025-11-25",
  UnauthorizedError,
  transport: (url, options) => new StreamableHTTPClientTransport(url, options),
  async connect(transport) {
    const client = new Client({ name: "test", version: "1" });
    await client.connect(transport);
    return client;
  },
  finish: (transport, callback) => transport.finishAuth(callback.get("code")),
  assertRefused(error) {
    assert.ok(error instanceof StreamableHTTPError, error);
    assert.equal(error.code, 403);
    return true;
  },
});
