-- For wrk: calls the MCP tool that the second argument names.
dofile("answers.lua")

local plain = init

function init(args)
  plain(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/json, text/event-stream"
  wrk.headers["MCP-Protocol-Version"] = "2025-06-18"
  wrk.body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"' .. args[2] .. '","arguments":{}}}'
end
