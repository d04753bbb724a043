"""What the README tells a developer to write, and a site made of exactly that."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.demo.programs import free_port, wait_for
from tools.setup import ROOT

TEXT = (ROOT / "README.md").read_text()
SECTION = TEXT.split("## Wire it into a site")[1].split("\n## ")[0]
ADDRESS = "https://privacy.example"
(SCRIPT,) = re.findall(r"```html\n(.*?)```", SECTION, re.DOTALL)
URLS, ASK = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
(SETTING,) = re.findall(rf'`([A-Z_]+) = "{ADDRESS}"`', SECTION)

# Beside the README's lines: a page, and a server to show it.
PAGE = """
from django.http import HttpResponse

urlpatterns += [path("", lambda request: HttpResponse({page!r}))]
"""
SERVER = """
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from django.conf import settings
from django.core.wsgi import get_wsgi_application

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

class Quiet(WSGIRequestHandler):
    def log_message(self, *args): pass

name, sayso, port = sys.argv[1:]
settings.configure(**{name: sayso}, ROOT_URLCONF="shop_urls", ALLOWED_HOSTS=["localhost"], SECRET_KEY="a test's")
make_server("localhost", int(port), get_wsgi_application(), Server, Quiet).serve_forever()
"""


@contextmanager
def site(folder: Path, sayso: str) -> Iterator[str]:
    """Run a site wired as the README says until the end of the block; gives its address."""
    page = f'<!doctype html><html lang="en"><title>A shop</title>{SCRIPT}<main><h1>A shop</h1></main></html>'
    (folder / "shop_urls.py").write_text(URLS + PAGE.format(page=page))
    (folder / "server.py").write_text(SERVER)
    port = free_port()
    told = {name: value for name, value in os.environ.items() if not name.startswith(("SAYSO_", "DJANGO_"))}
    command = [sys.executable, "server.py", SETTING, sayso, str(port)]
    process = subprocess.Popen(command, cwd=folder, env=told, start_new_session=True)
    try:
        wait_for(f"http://localhost:{port}/")
        yield f"http://localhost:{port}"
    finally:
        process.kill()
        process.wait()
