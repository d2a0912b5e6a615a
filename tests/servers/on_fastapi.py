"""An MCP server on FastAPI, served by uvicorn."""

import sys

import uvicorn
from fastapi import Body, FastAPI, WebSocket

from tools import Tools

app, tools = FastAPI(), Tools()


@app.post("/mcp")
def post(message: dict = Body()):
    return tools.answer(message)


@app.get("/mcp")
def get():
    return tools.ran


@app.websocket("/mcp")
async def websocket(socket: WebSocket):
    await socket.accept()
    async for message in socket.iter_json():
        await socket.send_json(tools.answer(message))


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
