"""The PyPI package django-oauth-toolkit, which issues opaque access tokens.

A login happens by itself: the client follows the redirects and keeps the cookies.
"""

import json
import os
import sys
from importlib.metadata import version
from wsgiref.simple_server import make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

PORT = os.environ["PORT"]
ISSUER = f"http://127.0.0.1:{PORT}"
SCOPES = ["files:read", "files:write", "files:admin"]
KEY = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
# The settings name this module, which runs as the main module.
sys.modules["start"] = sys.modules[__name__]
settings.configure(
    SECRET_KEY="a secret for tests",
    # Django hashes client secrets at each request. These are not real secrets, so a fast hash suffices.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="start",
    LOGIN_URL="/login/",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    OAUTH2_PROVIDER={
        "SCOPES": {scope: scope for scope in ["openid", "introspection", *SCOPES]},
        "ALLOWED_SCHEMES": ["http", "https"],
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": KEY.decode(),
        "OIDC_ISS_ENDPOINT": ISSUER,
        "ACCESS_TOKEN_EXPIRE_SECONDS": int(os.environ.get("LIFETIME", "3600")),
    },
)
django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402


def log_in(request):
    login(request, get_user_model().objects.get(username="alice"))
    return HttpResponseRedirect(request.GET["next"])


urlpatterns = [path("login/", log_in), path("", include("oauth2_provider.urls"))]


def client(name, grant_type, **options):
    Application.objects.create(
        client_id=name, client_secret=f"{name}-secret", name=name, client_type="confidential",
        authorization_grant_type=grant_type, **options,
    )  # fmt: skip
    return {"id": name, "secret": f"{name}-secret"}


call_command("migrate", verbosity=0)
get_user_model().objects.create_user("alice")
ready = {
    "server": "django-oauth-toolkit " + version("django-oauth-toolkit"),
    "issuer": ISSUER,
    "client": client(
        "client", "authorization-code", redirect_uris="http://127.0.0.1:9/callback", skip_authorization=True, algorithm="RS256"
    ),
    "machine": client("machine", "client-credentials"),
    "introspector": client("introspector", "client-credentials"),
}
server = make_server("127.0.0.1", int(PORT), get_wsgi_application())
print("ready:", json.dumps(ready), flush=True)
server.serve_forever()
