"""`geomap serve` as a process of its own, and several workers of it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from api.serving import listening
from geomap.errors import SettingInvalid

PATIENCE_S = 60


@contextmanager
def serving(settings, *options):
    """Run `geomap serve` and yield its output's lines so far, and its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", *options],
        env={**os.environ, "GEOMAP_STORE": settings.store, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        lines = []
        while not lines or "http://" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], "the server ended"
        yield lines, int(re.search(r":(\d+)", lines[-1].split("http:")[1])[1])
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) in {0, -signal.SIGTERM}
        process.stdout.close()


def asked(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_header_names_go_out_in_title_case(settings):
    with serving(settings, "--port", str(free_port())) as (_, port):
        answer, body = asked(port, "/collections/sites/items")
        names = {name for name, _ in answer.getheaders()}
        assert {"Content-Type", "ETag", "Vary", "Cache-Control", "X-Content-Type-Options"} <= names
        assert not any(name.lower() == "server" for name in names)
        assert json.loads(body)["numberMatched"] == 0


def test_a_taken_port_is_said_and_the_next_free_one_is_served(settings):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with serving(settings, "--port", str(taken)) as (lines, port):
            assert port > taken
            assert f"Port {taken} is taken" in "".join(lines)
            assert asked(port, "/livez")[0].status == 200


def test_an_empty_store_is_said_together_with_what_fills_it(settings):
    with serving(settings, "--port", str(free_port())) as (lines, _):
        assert "geomap seed" in "".join(lines)


@pytest.mark.slow
def test_every_worker_shows_a_write_of_another_process_at_once(settings, put, make):
    with serving(settings, "--port", str(free_port()), "--workers", "2") as (_, port):
        for count in range(1, 31):
            put(make.site(f"Site {count}", 10.0 + count, 50.0))
            # Each connection may land on either worker.
            for _ in range(6):
                _, body = asked(port, "/collections/sites/items?limit=1")
                assert json.loads(body)["numberMatched"] == count


def test_a_host_that_is_not_here_is_said_in_words():
    with pytest.raises(SettingInvalid, match=r"192\.0\.2\.1"):
        listening("192.0.2.1", 0)


def test_a_port_that_two_ask_for_at_once_goes_to_one_of_them():
    first = listening("127.0.0.1", free_port())
    second = listening("127.0.0.1", first.getsockname()[1])
    assert first.getsockname() != second.getsockname()
    first.close()
    second.close()


def test_a_stopped_server_leaves_its_port_at_once(settings):
    port = free_port()
    for _ in range(2):
        with serving(settings, "--port", str(port)) as (_, served):
            began = time.monotonic()
            assert served == port
            assert asked(port, "/livez")[0].status == 200
            assert time.monotonic() - began < PATIENCE_S
