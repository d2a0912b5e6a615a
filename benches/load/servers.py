"""Starts the programs under load, and gets tokens for them."""

import contextlib
import json
import os
import pathlib
import subprocess
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = ROOT / "target/release"
BENCHES = ROOT / "benches/target/release"


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    process: subprocess.Popen[str]

    def resident(self) -> int:
        """Returns the memory of the program in KiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def build() -> None:
    """Builds the examples in release."""
    examples = ["-p", "quickstart", "-p", "mcp-files", "-p", "dev-issuer"]
    subprocess.run(["cargo", "build", "--release", "--locked", *examples], cwd=ROOT, check=True)


def build_peers() -> None:
    """Builds the same programs without scopegate, and installs the packages of the TypeScript program."""
    subprocess.run(["cargo", "build", "--release", "--locked", "--bin", "bare_servers"], cwd=ROOT / "benches", check=True)
    subprocess.run(["npm", "ci", "--silent"], cwd=ROOT / "benches/load/typescript", check=True)


@contextlib.contextmanager
def started(*command: object, **variables: str):
    """Runs a program until the end of the block. The program must print its address as `.. is ready at <url>`."""
    environment = {**os.environ, **variables}
    process = subprocess.Popen(
        [str(part) for part in command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        said = iter(process.stdout.readline, "")
        line = next((line for line in said if " is ready at " in line), None)
        if line is None:
            raise SystemExit(f"{command} ended with {process.wait()}")
        yield Server(line.rsplit(" ", 1)[1].strip(), process)
    finally:
        process.terminate()
        process.wait()


def token(issuer: str, resource: str, scope: str) -> str:
    """Asks the development authorization server for a token."""
    form = {"grant_type": "client_credentials", "scope": scope, "resource": resource}
    request = urllib.request.Request(f"{issuer}/token", urllib.parse.urlencode(form).encode())
    request.add_header("Authorization", "Basic ZGV2OmRldg==")
    for _ in range(50):
        with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(request) as answer:
            return json.load(answer)["access_token"]
        time.sleep(0.1)
    raise SystemExit(f"{issuer} issued no token")
