"""A server of several workers, each of which can be asked by itself, and all killed at once."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

TOKEN = "a token for trials of trust"
START_S, PATIENCE_S = 90, 30
SERVE = ("-m", "api.cli", "serve")
BROKEN = (OSError, http.client.HTTPException)
"""What a client meets whose server is gone."""


class Answer(NamedTuple):
    status: int
    headers: Any
    body: bytes

    @property
    def json(self):
        return orjson.loads(self.body)


class Client:
    """One connection to one worker, kept for as long as both like."""

    def __init__(self, port, token=TOKEN):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.token = token

    def ask(self, method, path, document=None, headers=()) -> Answer:
        body = None if document is None else orjson.dumps(document)
        said = {
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            **dict(headers),
        }
        self.connection.request(method, path, body, said)
        with self.connection.getresponse() as answer:
            return Answer(answer.status, answer.headers, answer.read())

    def get(self, path, **headers) -> Answer:
        return self.ask("GET", path, headers=headers)

    def close(self):
        self.connection.close()


class Server:
    """`geomap serve` with all its processes, which can be killed at once."""

    def __init__(self, store: Path, folder: Path, *, workers=2, program=SERVE, **settings):
        self.port = free_port()
        self.expected = workers
        self.log = folder / f"log-{self.port}"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *program, "--port", str(self.port), "--workers", str(workers)],
                env={
                    **os.environ,
                    "GEOMAP_STORE": f"sqlite:///{store}",
                    "GEOMAP_EDIT_TOKEN": TOKEN,
                    "GEOMAP_KERNEL": "numpy",
                    **settings,
                },
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def ready(self):
        """Wait until every worker has answered."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                for client in self.each_worker(tries=20).values():
                    client.close()
            except (*BROKEN, AssertionError):
                time.sleep(0.05)
            else:
                return self
        pytest.fail(f"The server did not become ready:\n{self.log.read_text()}")

    def client(self, token=TOKEN) -> Client:
        return Client(self.port, token)

    def workers(self) -> list[int]:
        """The processes that answer requests."""
        if self.expected == 1:
            return [self.process.pid]
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [
            int(pid)
            for pid in children.split()
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    def each_worker(self, tries=400) -> dict[int, Client]:
        """A connection to each of the workers, by the process that holds its other end."""
        opened, found = [], {}
        try:
            while len(found) < self.expected and len(opened) < tries:
                opened.append(client := self.client())
                client.get("/livez")
                found.setdefault(self._holder(client.connection.sock.getsockname()[1]), client)
            assert len(found) == self.expected
        except BaseException:
            found = {}
            raise
        finally:
            for client in {*opened} - {*found.values()}:
                client.close()
        return found

    def _holder(self, client_port) -> int:
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, *rest = line.split()
            ports = [int(one.split(":")[1], 16) for one in (local, remote)]
            if ports == [self.port, client_port]:
                return self._process_with(f"socket:[{rest[6]}]")
        raise AssertionError("the connection is gone")

    def _process_with(self, link) -> int:
        for pid in self.workers():
            folder = f"/proc/{pid}/fd"
            for fd in os.listdir(folder):
                try:
                    if os.readlink(f"{folder}/{fd}") == link:
                        return pid
                except FileNotFoundError:
                    continue
        raise AssertionError("no worker has the connection")

    def kill(self):
        """Kill the supervisor and every worker, as if at one moment."""
        workers = self.workers()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        # What a process has open it closes as it goes; nobody of ours waits for the workers.
        while any(map(_lives, workers)):
            time.sleep(0.01)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise


def _lives(pid) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
