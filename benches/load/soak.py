#!/usr/bin/env python3
"""Keeps the quickstart under load with allowed requests, 401s and 403s. Memory must not grow, and every answer must be right.

    python3 benches/load/soak.py --seconds 3600
"""

import argparse
import time

import servers
from wrk import Load, Running

# A server may keep its peak memory, so its memory may grow a little. A leak of one byte per request exceeds these
# limits within two minutes.
MAY_GROW_BY = 1.10
MAY_GROW_BY_KIB = 2048


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=120)
    seconds = arguments.parse_args().seconds
    servers.build()
    with (
        servers.started(servers.RELEASE / "dev-issuer", PORT="18491") as issuer,
        servers.started(servers.RELEASE / "quickstart", PORT="18490", ISSUER=issuer.url, RUST_LOG="off") as server,
    ):
        run(server, issuer.url, seconds)


def run(server: servers.Server, issuer: str, seconds: int) -> None:
    url = f"{server.url}/files"
    loads = [
        Load(url, 200, servers.token(issuer, server.url, "files:read")),
        Load(url, 401),
        Load(url, 403, servers.token(issuer, server.url, "files:write")),
    ]
    finish([Running(load, max(seconds // 6, 5)) for load in loads], loads)
    warm = server.resident()
    running = [Running(load, seconds) for load in loads]
    while any(one.process.poll() is None for one in running):
        time.sleep(max(seconds / 10, 1))
        print(f"{server.resident()} KiB", flush=True)
    finish(running, loads)
    end = server.resident()
    print(f"memory: {warm} KiB when warm, {end} KiB at the end")
    if end > max(warm * MAY_GROW_BY, warm + MAY_GROW_BY_KIB):
        raise SystemExit("the memory grew")


def finish(running: list[Running], loads: list[Load]) -> None:
    for load, (rate, wrong) in zip(loads, [one.result() for one in running]):
        print(f"{load.expected}: {rate:.0f} requests per second, {wrong} unexpected answers", flush=True)
        if wrong:
            raise SystemExit("an answer was unexpected")


if __name__ == "__main__":
    main()
