"""An MCP server on Django REST framework, served by Django's own server."""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None},
    ROOT_URLCONF=__name__,
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from tools import Tools

tools = Tools()


class Mcp(APIView):
    def post(self, request):
        return Response(tools.answer(request.data))

    def get(self, request):
        return Response(tools.ran)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


urlpatterns = [path("mcp", Mcp.as_view())]
make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application(), handler_class=Quiet).serve_forever()
