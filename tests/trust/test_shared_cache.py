"""A cache that all share stands before the server: it holds nothing that is not everyone's."""

import http.client
import itertools
import os
import shutil
import subprocess
import time
from contextlib import closing

import pytest

from geomap.model import Edit, EditKind
from layers.store.engines import open_store
from tests.trust.canaries import found_in
from tests.trust.registers import CANARY, HIDDEN, HIDDEN_AT, PROBED, PUBLIC, SOURCE
from tests.trust.servers import TOKEN, free_port

CONFIGURATION = """
daemon off; {user} pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_cache_path {folder}/cache keys_zone=all:1m;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{back};
      proxy_set_header Host $host:$server_port;
      proxy_cache all;
      proxy_cache_valid 200 404 1m;
      add_header X-Cache $upstream_cache_status always;
    }}
  }}
}}
"""
LNG, LAT = HIDDEN_AT[0]
SITES = "/collections/sites"
PATHS = (
    f"{SITES}/items/{PROBED[0].id}",
    f"{SITES}/items/{PROBED[0].id}?f=html",
    f"{SITES}/items/{PUBLIC[0].id}",
    f"{SITES}/items/{PUBLIC[0].id}?f=html",
    f"{SITES}/items/{PROBED[0].id}/history",
    f"{SITES}/items?bbox={LNG - 0.01},{LAT - 0.01},{LNG + 0.01},{LAT + 0.01}",
    f"{SITES}/facets",
    f"{SITES}/export?f=csv",
    f"/search?q={CANARY}",
    "/tiles/0/0/0.pbf",
    "/account",
    "/account?f=html",
    f"/edit/sites/{PROBED[0].id}",
    "/",
)
FOREIGN = (
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Proto": "gopher"},
    {"X-Forwarded-Prefix": "/evil"},
    {"X-Original-URL": "/account"},
    {"Forwarded": "host=evil.example"},
    {"Accept-Language": "evil"},
)
"""What a cache does not tell one visitor from the next by."""


@pytest.fixture
def cached(serving, tmp_path):
    """Serve a register with hidden records behind nginx; yield the ports of both."""
    path = tmp_path / "geomap.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        records = [*PUBLIC, *(one for one in HIDDEN if one.source_id == SOURCE.id)]
        edits = [Edit(EditKind.PUT, one) for one in records]
        store.write(edits, actor="Officer Kallio", action="import", sources=[SOURCE])
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("nginx is not installed.")
    with serving(path, workers=1, GEOMAP_SHARED_TILES_S="60") as server:
        port = free_port()
        # Started as root its workers would be nobody, who may not enter the test's folder.
        user = "user root;" if os.geteuid() == 0 else ""
        file = tmp_path / "nginx.conf"
        file.write_text(
            CONFIGURATION.format(folder=tmp_path, port=port, back=server.port, user=user)
        )
        nginx = subprocess.Popen([program, "-e", f"{tmp_path}/error.log", "-c", file])
        try:
            _answering(port, nginx)
            yield port, server.port
        finally:
            nginx.terminate()
            nginx.wait(timeout=20)


def _answering(port, nginx):
    for _ in range(200):
        assert nginx.poll() is None
        try:
            asked(port, "/livez")
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not answer.")


def asked(port, path, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Connection": "close", **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def test_what_an_officer_was_told_is_told_to_nobody_else(cached):
    port, back = cached
    officer = {"Authorization": f"Bearer {TOKEN}"}
    seen = 0
    for path in PATHS:
        alone = asked(back, path, Host=f"127.0.0.1:{port}")
        status, _, body = asked(port, path, **officer)
        seen += status == 200 and PROBED[0].id.encode() in body
        after = asked(port, path)
        assert (after[0], len(after[2])) == (alone[0], len(alone[2])), path
        assert found_in(after[2], path) == [], path
    assert seen >= 2, "the officer has been told nothing that others are not"


def test_what_everyone_may_read_is_kept(cached):
    port, _ = cached
    kept = [asked(port, "/tiles/0/0/0.pbf")[1]["X-Cache"] for _ in range(2)]
    assert kept == ["MISS", "HIT"]


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: next(iter(headers)))
def test_what_one_visitor_says_changes_nothing_that_the_next_one_is_told(cached, headers):
    port, _ = cached
    for number, path in enumerate(itertools.chain(PATHS, ("/landing", "/collections"))):
        fresh = path + ("&" if "?" in path else "?") + f"lang={('en', 'ru', 'fi')[number % 3]}"
        asked(port, fresh, **headers)
        _, _, body = asked(port, fresh)
        assert b"evil" not in body, path
        assert b"gopher" not in body, path


def test_a_cookie_neither_fills_nor_reads_the_cache(cached):
    port, _ = cached
    cookie = {"Cookie": "geomap_session=a-session-that-is-none"}
    for path in (f"{SITES}/items?limit=3", "/"):
        told = [asked(port, path, **cookie)[1] for _ in range(2)]
        assert all(
            "private" in one.get("Cache-Control", "") or one["X-Cache"] != "HIT" for one in told
        )
