#!/usr/bin/env python3
"""Compares requests per second on loopback: the examples, the same programs without protection, and the TypeScript SDK.

    python3 benches/load/load.py --seconds 10
"""

import argparse

import servers
from wrk import Load, Running

BARE, QUICKSTART, MCP, TYPESCRIPT, ISSUER = "18500", "18501", "18502", "18503", "18504"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=10)
    seconds = arguments.parse_args().seconds
    servers.build()
    servers.build_peers()
    resource = f"http://127.0.0.1:{TYPESCRIPT}/mcp"
    with (
        servers.started(servers.RELEASE / "dev-issuer", PORT=ISSUER) as issuer,
        servers.started(servers.BENCHES / "bare_servers", PORT=BARE) as bare,
        servers.started(servers.RELEASE / "quickstart", PORT=QUICKSTART, ISSUER=issuer.url, RUST_LOG="off") as files,
        servers.started(servers.RELEASE / "mcp-files", PORT=MCP, AUTH_MODE="oauth", ISSUER=issuer.url, RUST_LOG="off"),
        servers.started(
            "node", servers.ROOT / "benches/load/typescript/server.js", PORT=TYPESCRIPT, RESOURCE=resource, ISSUER=issuer.url
        ),
    ):
        rest = kinds(issuer.url, f"{files.url}/files", files.url)
        mcp = kinds(issuer.url, f"http://127.0.0.1:{MCP}/mcp", f"http://127.0.0.1:{MCP}/mcp", "list_files")
        typescript = kinds(issuer.url, resource, resource, "list_files")
        table("bare axum", [Load(f"{bare.url}/files", 200)], {"quickstart": rest}, seconds)
        call = [Load(f"{bare.url}/mcp", 200, tool="list_files")]
        table("rmcp alone", call, {"mcp-files": mcp, "TypeScript SDK, `requireBearerAuth`": typescript}, seconds)


def kinds(issuer: str, url: str, resource: str, tool: str | None = None) -> list[Load]:
    """Returns an allowed request, a 401 and a 403."""
    return [
        Load(url, 200, servers.token(issuer, resource, "files:read"), tool),
        Load(url, 401, None, tool),
        Load(url, 403, servers.token(issuer, resource, "files:admin"), tool),
    ]


def table(name: str, baseline: list[Load], rows: dict[str, list[Load]], seconds: int) -> None:
    """Prints requests per second, relative to the program without protection."""
    bare = rate(baseline, seconds)
    print(f"\n| {name} = 1 | 200 | 401 | 403 | all three together |\n|---|---|---|---|---|")
    for row, loads in rows.items():
        rates = [rate([load], seconds) for load in loads] + [rate(loads, seconds)]
        print("|".join(["", f" {row} ", *(f" {one / bare:.2f} " for one in rates), ""]), flush=True)


def rate(loads: list[Load], seconds: int) -> float:
    """Returns the requests per second of all loads together. Every answer must be the expected one."""
    results = [one.result() for one in [Running(load, seconds, 48 // len(loads)) for load in loads]]
    for load, (_, wrong) in zip(loads, results):
        if wrong:
            raise SystemExit(f"{load.url}: {wrong} answers were not {load.expected}")
    return sum(rate for rate, _ in results)


if __name__ == "__main__":
    main()
