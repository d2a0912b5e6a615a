"""Makes load with wrk."""

import pathlib
import subprocess
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent


@dataclass(frozen=True)
class Load:
    """One kind of request, with the expected answer."""

    url: str
    expected: int
    token: str | None = None
    # The tool to call; `None` sends a GET.
    tool: str | None = None


class Running:
    """A running wrk."""

    def __init__(self, load: Load, seconds: int, connections: int = 32) -> None:
        script = HERE / ("call.lua" if load.tool else "answers.lua")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script)]
        if load.token:
            command += ["-H", f"Authorization: Bearer {load.token}"]
        command += [load.url, "--", str(load.expected), *([load.tool] if load.tool else [])]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE)

    def result(self) -> tuple[float, int]:
        """Returns the requests per second, and the number of unexpected answers."""
        said, _ = self.process.communicate()
        line = next(line for line in said.splitlines() if line.startswith("ANSWERS "))
        _, requests, seconds, wrong = line.split()
        return float(requests) / float(seconds), int(wrong)
