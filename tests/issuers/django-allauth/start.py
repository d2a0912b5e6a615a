"""The PyPI package django-allauth (allauth.idp.oidc). FORMAT=jwt (default) or opaque sets the format of access tokens.

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
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.idp.oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    IDP_OIDC_ADAPTER="start.Adapter",
    IDP_OIDC_PRIVATE_KEY=KEY.decode(),
    IDP_OIDC_ACCESS_TOKEN_FORMAT=os.environ.get("FORMAT", "jwt"),
    IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN=int(os.environ.get("LIFETIME", "3600")),
    IDP_OIDC_INTROSPECTION_ENABLED=True,
    # The resource introspects tokens of all clients.
    IDP_OIDC_INTROSPECTION_CROSS_CLIENT_ALLOWED=True,
)
django.setup()

from allauth.idp.oidc.adapter import DefaultOIDCAdapter  # noqa: E402
from allauth.idp.oidc.models import Client  # noqa: E402
from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402


class Adapter(DefaultOIDCAdapter):
    scope_display = DefaultOIDCAdapter.scope_display | {scope: scope for scope in SCOPES}


def log_in(request):
    login(request, get_user_model().objects.get(username="alice"), "django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(request.GET["next"])


urlpatterns = [path("login/", log_in), path("", include("allauth.urls")), path("", include("allauth.idp.urls"))]


def client(name, *grant_types):
    made = Client(
        id=name, name=name, scopes="\n".join(["openid", *SCOPES]), grant_types="\n".join(grant_types),
        redirect_uris="http://127.0.0.1:9/callback", skip_consent=True,
    )  # fmt: skip
    made.set_secret(f"{name}-secret")
    made.save()
    return {"id": name, "secret": f"{name}-secret"}


call_command("migrate", verbosity=0)
get_user_model().objects.create_user("alice")
ready = {
    "server": "django-allauth " + version("django-allauth"),
    "issuer": ISSUER,
    "client": client("client", "authorization_code", "refresh_token"),
    "machine": client("machine", "client_credentials"),
    "introspector": client("introspector"),
}
server = make_server("127.0.0.1", int(PORT), get_wsgi_application())
print("ready:", json.dumps(ready), flush=True)
server.serve_forever()
