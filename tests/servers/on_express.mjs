// An MCP server on Express.

import express from "express";

const ran = { list_files: 0, purge_files: 0 };

const app = express();
app.use(express.json());
app.post("/mcp", (request, response) => {
    const { id, params } = request.body;
    ran[params.name] += 1;
    response.json({ jsonrpc: "2.0", id, result: { ran: params.name } });
});
app.get("/mcp", (_, response) => response.json(ran));
app.listen(Number(process.argv[2]), "127.0.0.1");
