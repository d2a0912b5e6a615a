"""Starts the example `mcp-files` as a user would."""

import os
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(__file__).parents[3] / "target/debug/mcp-files"


@contextmanager
def server(**variables):
    """Starts the program on a free port, waits until it is ready, and yields its URL."""
    port = free_port()
    env = os.environ | variables | {"PORT": str(port)}
    with subprocess.Popen(PROGRAM, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        try:
            if not any(" is ready at " in line for line in program.stdout):
                raise RuntimeError(f"{PROGRAM} ended before it was ready")
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            program.kill()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
