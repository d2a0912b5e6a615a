"""The user at the browser, who allows everything on the consent page."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthToken


class Person:
    """Answers authorization requests, and records the parameters of each."""

    def __init__(self):
        self.asked = []
        self.callback = None

    async def open(self, authorization_url):
        """Opens the consent page and allows everything on it."""
        self.asked.append(parameters(authorization_url))
        async with httpx2.AsyncClient() as browser:
            page = (await browser.get(authorization_url)).text
            request = re.search(r'name="request" value="([^"]+)"', page)[1]
            scopes = re.findall(r'name="scope" value="([^"]+)"', page)
            form = {"request": request, "decision": "allow", "scope": scopes}
            decided = await browser.post(urljoin(authorization_url, "/consent"), data=form)
        self.callback = parameters(decided.headers["location"])

    async def come_back(self):
        """Returns the parameters with which the browser returns to the application."""
        return AuthorizationCodeResult(**{name: self.callback.get(name) for name in ("code", "state", "iss")})


def parameters(url):
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


class Storage:
    """A `TokenStorage` in memory."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info
