"""Records HTTP exchanges."""

from typing import NamedTuple

import httpx2


class Exchange(NamedTuple):
    """One request and its answer."""

    method: str
    url: str
    authorization: str | None
    status: int
    challenge: str | None


class Recorder:
    """Makes HTTP clients and records their exchanges, including those of a login."""

    def __init__(self):
        self.exchanges = []

    def http(self, **options):
        return httpx2.AsyncClient(event_hooks={"response": [self.remember]}, **options)

    async def remember(self, answer):
        sent, challenge = answer.request, answer.headers.get("www-authenticate")
        authorization = sent.headers.get("authorization")
        self.exchanges.append(Exchange(sent.method, str(sent.url), authorization, answer.status_code, challenge))

    def refusals(self):
        return [exchange for exchange in self.exchanges if exchange.status == 403]
