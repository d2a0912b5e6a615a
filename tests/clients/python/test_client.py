"""The official Python client, with the handshake and with automatic detection of the protocol."""

import asyncio
from unittest import TestCase

from mcp import Client, MCPError
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata
from person import Person, Storage
from recorder import Exchange, Recorder
from server import server

VERSIONS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
KEYS = "sk_read=files:read;sk_write=files:read files:write"
FILE = {"path": "hello.txt", "content": "Hello!"}
REFUSAL = 'Bearer error="insufficient_scope", scope="files:read files:write", '


def oauth(url, person, storage):
    metadata = OAuthClientMetadata(client_name="test", redirect_uris=["http://127.0.0.1:9/callback"])
    return OAuthClientProvider(url, metadata, storage, person.open, person.come_back)


class PythonClient(TestCase):
    def test_it_logs_in_with_little_and_steps_up_once(self):
        for mode in VERSIONS:
            with self.subTest(mode), server() as url:
                asyncio.run(self.steps_up_once(url, mode))

    def test_it_does_so_where_tokens_may_be_bound_by_dpop(self):
        for mode in VERSIONS:
            with self.subTest(mode), server(DPOP="accepted") as url:
                asyncio.run(self.steps_up_once(url, mode))

    async def steps_up_once(self, url, mode):
        wire, person, storage = Recorder(), Person(), Storage()
        async with (
            wire.http(auth=oauth(url, person, storage)) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            self.assertEqual(client.protocol_version, VERSIONS[mode])
            self.assert_discovered(url, wire)
            self.assert_asked(url, person, "files:read")
            self.assertEqual(storage.tokens.scope, "files:read")
            self.assertEqual(await call(client, "list_files"), "")
            self.assertEqual(wire.refusals(), [])

            # The client requests the missing scope by itself, and calls again.
            self.assertEqual(await call(client, "write_file", FILE), "wrote 6 bytes to hello.txt")
            self.assert_asked(url, person, "files:read", "files:read files:write")
            self.assertEqual(await call(client, "list_files"), "hello.txt\n")
            self.assert_asked(url, person, "files:read", "files:read files:write")
            self.assert_refused_once(wire, f'resource_metadata="{metadata_of(url)}"')

    def test_it_uses_an_open_tool_without_a_login_and_logs_in_for_another(self):
        for mode in VERSIONS:
            with self.subTest(mode), server(ANONYMOUS="1") as url:
                asyncio.run(self.logs_in_late(url, mode))

    async def logs_in_late(self, url, mode):
        wire, person, storage = Recorder(), Person(), Storage()
        async with (
            wire.http(auth=oauth(url, person, storage)) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            self.assertEqual(await call(client, "count_files"), "0 files")
            self.assertEqual(person.asked, [])
            self.assertEqual([exchange for exchange in wire.exchanges if exchange.status == 401], [])

            self.assertEqual(await call(client, "write_file", FILE), "wrote 6 bytes to hello.txt")
            self.assert_asked(url, person, "files:read files:write")
            self.assertEqual(await call(client, "count_files"), "1 files")
            self.assertEqual(await call(client, "purge_files"), "forgot 1 files")
            self.assertEqual(len(person.asked), 2)
            self.assertTrue({"files:read", "files:admin"} <= set(person.asked[1]["scope"].split(" ")))

    def test_with_a_key_it_does_what_the_key_may(self):
        for mode in VERSIONS:
            with self.subTest(mode), server(AUTH_MODE="static", STATIC_KEYS=KEYS) as url:
                asyncio.run(self.does_what_the_key_may(url, mode))

    async def does_what_the_key_may(self, url, mode):
        wire = Recorder()
        async with (
            wire.http(headers={"authorization": "Bearer sk_read"}) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as reader,
        ):
            self.assertEqual(await call(reader, "list_files"), "")
            with self.assertRaises(MCPError) as refused:
                await call(reader, "write_file", FILE)
            self.assertEqual(refused.exception.error.code, 403)
            self.assertEqual(refused.exception.error.data["scope"], "files:read files:write")
            self.assert_refused_once(wire, 'realm="mcp-files"')
            self.assertEqual(await call(reader, "list_files"), "")

        async with (
            wire.http(headers={"authorization": "Bearer sk_write"}) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as writer,
        ):
            self.assertEqual(await call(writer, "write_file", FILE), "wrote 6 bytes to hello.txt")
            self.assertEqual(await call(writer, "list_files"), "hello.txt\n")
        self.assert_refused_once(wire, 'realm="mcp-files"')
        self.assertEqual({exchange.url for exchange in wire.exchanges}, {url}, "nobody looked for OAuth")

    def assert_discovered(self, url, wire):
        """Checks that the first request had no token, and that its challenge led directly to the metadata."""
        first, second = wire.exchanges[:2]
        challenge = f'Bearer scope="files:read", resource_metadata="{metadata_of(url)}"'
        # The client joins the header lines, and does not support DPoP.
        bearer = first.challenge.partition(", DPoP ")[0]
        self.assertEqual(first._replace(challenge=bearer), Exchange("POST", url, None, 401, challenge))
        self.assertEqual((second.url, second.status), (metadata_of(url), 200))

    def assert_asked(self, url, person, *scopes):
        self.assertEqual([request["scope"] for request in person.asked], list(scopes))
        self.assertEqual({request["resource"] for request in person.asked}, {url})

    def assert_refused_once(self, wire, where):
        (refusal,) = wire.refusals()
        self.assertEqual((refusal.method, refusal.challenge.startswith(REFUSAL)), ("POST", True), refusal)
        self.assertIn(where, refusal.challenge)


async def call(client, name, arguments=None):
    result = await client.call_tool(name, arguments)
    if result.is_error:
        raise AssertionError(result)
    return result.content[0].text


def metadata_of(url):
    return url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp")
