"""The tools of an MCP server, which only count their calls."""


class Tools:
    def __init__(self):
        self.ran = {"list_files": 0, "purge_files": 0}

    def answer(self, message):
        name = message["params"]["name"]
        self.ran[name] += 1
        return {"jsonrpc": "2.0", "id": message["id"], "result": {"ran": name}}
