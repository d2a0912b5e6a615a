"""An MCP server on aiohttp, over POST and over WebSockets."""

import sys

from aiohttp import web

from tools import Tools

tools = Tools()


async def post(request):
    return web.json_response(tools.answer(await request.json()))


async def get(request):
    socket = web.WebSocketResponse()
    if not socket.can_prepare(request).ok:
        return web.json_response(tools.ran)
    await socket.prepare(request)
    async for message in socket:
        await socket.send_json(tools.answer(message.json()))
    return socket


app = web.Application()
app.add_routes([web.post("/mcp", post), web.get("/mcp", get)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
