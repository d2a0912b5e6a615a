"""Writes the settings of glewlwyd's OpenID Connect plugin for its API."""

import json
import os
import sys
from pathlib import Path

state, issuer = Path(sys.argv[1]), sys.argv[2]
SCOPES = ["files:read", "files:write", "files:admin"]
ON = """allow-non-oidc auth-type-code-enabled auth-type-client-enabled auth-type-refresh-enabled introspection-revocation-allowed
introspection-revocation-allow-target-client jwks-show pkce-allowed resource-allowed oauth-rfc9068""".split()
parameters = dict.fromkeys(ON, True) | {
    "iss": issuer,
    "jwt-type": "rsa",
    "jwt-key-size": "256",
    "key": (state / "key").read_text(),
    "cert": (state / "public").read_text(),
    "access-token-duration": int(os.environ.get("LIFETIME", "3600")),
    "refresh-token-duration": 3600,
    "code-duration": 600,
    "default-kid": "",
    "subject-type": "public",
    "resource-scope": dict.fromkeys(SCOPES, os.environ["RESOURCES"].split()),
    "resource-client-property": "",
    "resource-scope-and-client-property": False,
    "additional-parameters": [],
    "claims": [],
    "allowed-scope": ["openid"],
}
print(json.dumps({"module": "oidc", "name": "oidc", "display_name": "oidc", "enabled": True, "parameters": parameters}))
