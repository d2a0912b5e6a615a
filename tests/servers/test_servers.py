"""Servers of other frameworks behind the layer. They receive only calls that the gate has judged.

Each attack is sent to a proxy with the gate, and to the same proxy without the gate. Honest calls must pass the gate.
"""

import base64
import json
import os
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

from attacks import JSON, LIST, PURGE, UTF_7, bodies

HERE = Path(__file__).parent
PROXY = HERE.parents[1] / "target/debug/servers"
NODE = next(HERE.glob("node_modules/node-linux-*/bin/node"))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def exchange(port, head, body=b""):
    """Sends bytes, and returns the status and the rest of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as stream:
        stream.sendall(head + b"\r\n" + body)
        stream.settimeout(1)
        answer = b""
        try:
            while data := stream.recv(65536):
                answer += data
        except TimeoutError:
            pass
        except ConnectionResetError:
            pass
    status = int(answer.split(b" ", 2)[1]) if answer else 0
    return status, answer.partition(b"\r\n\r\n")[2]


def post(port, fields, body, key="sk_read"):
    fields = [("Host", "127.0.0.1"), ("Authorization", f"Bearer {key}"), ("Connection", "close"), *fields]
    if not any(name == "Transfer-Encoding" for name, _ in fields):
        fields.append(("Content-Length", str(len(body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return exchange(port, b"POST /mcp HTTP/1.1\r\n" + head.encode(), body)


def tunnel(port, method=b"GET", fields=b"", body=b""):
    """Opens a WebSocket, and calls `purge_files` through it."""
    key = base64.b64encode(bytes(16))
    head = (
        method + b" /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk_read\r\n"
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: " + key + b"\r\n" + fields
    )
    # One text frame, masked with zeros, with a two-byte length if needed, then a close frame.
    length = bytes([0x80 | len(PURGE)]) if len(PURGE) < 126 else b"\xfe" + len(PURGE).to_bytes(2)
    return exchange(port, head, body + b"\x81" + length + bytes(4) + PURGE + b"\x88\x80" + bytes(4))


class Server:
    """Tests with one server. Subclasses set its command, and say which kinds of attacks work without a gate."""

    vulnerable = True
    upgrades = False

    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        command = [*cls.command, str(cls.port)]
        cls.server = subprocess.Popen(command, cwd=HERE, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.stop, cls.server)
        cls.proxy = subprocess.Popen([PROXY, f"127.0.0.1:{cls.port}"], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop, cls.proxy)
        cls.open, cls.gated = (int(cls.proxy.stdout.readline().split()[1]) for _ in range(2))
        deadline = time.monotonic() + 30
        while True:
            try:
                cls.ran()
                return
            except OSError:
                if time.monotonic() > deadline or cls.server.poll() is not None:
                    raise
                time.sleep(0.1)

    @staticmethod
    def stop(process):
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()

    @classmethod
    def ran(cls):
        head = b"GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        status, body = exchange(cls.port, head)
        assert status == 200, body
        return json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])

    def purged_by(self, act, *arguments):
        before = self.ran()["purge_files"]
        outcome = act(*arguments)
        return self.ran()["purge_files"] - before, outcome

    def test_honest_calls_pass(self):
        for kind in ["application/json", "Application/JSON; Charset=\"UTF-8\""]:
            before = self.ran()
            self.assertEqual(post(self.gated, [("Content-Type", kind)], LIST)[0], 200)
            self.assertEqual(post(self.gated, [("Content-Type", kind)], PURGE)[0], 403)
            self.assertEqual(post(self.gated, [("Content-Type", kind)], PURGE, "sk_all")[0], 200)
            after = self.ran()
            self.assertEqual({name: after[name] - before[name] for name in after}, {"list_files": 1, "purge_files": 1})
        # With a plain content type, the body is a call of `list_files`.
        self.assertEqual(self.purged_by(post, self.gated, [JSON], UTF_7)[0], 0)

    def test_no_header_makes_another_call_of_a_body(self):
        worked = []
        for fields, body in bodies():
            purged, (status, _) = self.purged_by(post, self.gated, fields, body)
            self.assertEqual(purged, 0, (fields, status))
            self.assertNotEqual(status, 502, fields)
            if self.purged_by(post, self.open, fields, body)[0]:
                worked.append(dict(fields))
        print(f"{type(self).__name__}: {len(worked)} attacks work without the layer", file=sys.stderr)
        self.assertEqual(bool(worked), self.vulnerable, "otherwise the test shows nothing")

    def test_no_upgrade_opens_a_tunnel(self):
        purged, (status, _) = self.purged_by(tunnel, self.open)
        self.assertEqual((purged, status == 101), (int(self.upgrades), self.upgrades))
        body = b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(LIST)
        for arguments in [(), (b"POST", body, LIST), (b"CONNECT",), (b"OPTIONS",)]:
            purged, (status, _) = self.purged_by(tunnel, self.gated, *arguments)
            self.assertEqual(purged, 0, arguments)
            self.assertNotEqual(status, 101, arguments)


class Aiohttp(Server, unittest.TestCase):
    command = [sys.executable, "on_aiohttp.py"]
    upgrades = True


class RestFramework(Server, unittest.TestCase):
    command = [sys.executable, "on_rest_framework.py"]


class FastApi(Server, unittest.TestCase):
    command = [sys.executable, "on_fastapi.py"]
    upgrades = True
    # It parses JSON as Python does, whatever the header says.
    vulnerable = False


class Express(Server, unittest.TestCase):
    command = [NODE, "on_express.mjs"]


if __name__ == "__main__":
    unittest.main()
