// The tool `list_files` of `mcp-files`, written with the TypeScript SDK. The server is stateless, and behind the SDK's
// `requireBearerAuth`.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import { InvalidTokenError } from "@modelcontextprotocol/sdk/server/auth/errors.js";
import express from "express";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { PORT, RESOURCE, ISSUER } = process.env;
const keys = createRemoteJWKSet(new URL(`${ISSUER}/jwks.json`));

const verifier = {
  async verifyAccessToken(token) {
    const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: RESOURCE }).catch(() => {
      throw new InvalidTokenError("The token is not valid");
    });
    return { token, clientId: payload.client_id, scopes: payload.scope.split(" "), expiresAt: payload.exp };
  },
};

function server() {
  const server = new McpServer({ name: "files", version: "1.0.0" });
  server.registerTool("list_files", { description: "Lists the files, one name a line." }, async () => ({
    content: [{ type: "text", text: "" }],
  }));
  return server;
}

const app = express();
app.use(express.json());
app.post("/mcp", requireBearerAuth({ verifier, requiredScopes: ["files:read"] }), async (request, response) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on("close", () => transport.close());
  await server().connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.listen(Number(PORT), "127.0.0.1", () => console.log(`typescript is ready at http://127.0.0.1:${PORT}`));
