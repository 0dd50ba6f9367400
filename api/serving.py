"""Running the server: a free port, one process or several, and the address to look at."""

from __future__ import annotations

import errno
import os
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from api.metrics import TOGETHER
from geomap.errors import SettingInvalid
from geomap.settings import Settings

TRIES = 100
BACKLOG = 2048
APPLICATION = "api.app:app_of_environment"
RUNNING: Mapping[str, Any] = {
    "factory": True,
    "log_level": "warning",
    # At this level no line of it would be written, yet each would be made.
    "access_log": False,
    "server_header": False,
    # Answers under way when the server is stopped, an export for example, may go on so long.
    "timeout_graceful_shutdown": 10,
    # Loading a large store keeps a new worker busy for longer than the usual five seconds.
    "timeout_worker_healthcheck": 60,
}


def serve(
    settings: Settings,
    say: Callable[[str], None],
    *,
    open_page: bool = False,
    invitation: str = "",
) -> None:
    """Serve until told to stop.

    Args:
        settings: Address, port and number of workers. Workers read theirs from the
            environment, which must say the same.
        say: Receives what a person should know, one sentence at a time.
        open_page: Also open the page in the browser.
        invitation: With which the first administrator chooses a password, if nobody has one yet.

    Raises:
        SettingInvalid: The address cannot be had, or no port near the wished one is free.
    """
    taken = listening(settings.host, settings.port)
    port = taken.getsockname()[1]
    if settings.port not in {0, port}:
        say(f"Port {settings.port} is taken; serving on {port} instead.")
    address = settings.base_url or f"http://{_shown(settings.host)}:{port}"
    say(f"The map is at {address}  (Ctrl+C stops it)")
    if invitation:
        say(f"The first administrator chooses a password at {address}/invitation/{invitation}")
    if open_page:
        # The socket listens already: the browser waits until the application answers.
        webbrowser.open(address)
    _run(settings, taken)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the wished port, or on the next one that is free.

    Raises:
        SettingInvalid: The host is no address of this machine, or no port is free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + TRIES, 65536)):
        attempt = socket.socket(family, socket.SOCK_STREAM)
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it; without it small answers wait 40 ms for an acknowledgement.
        attempt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            attempt.bind((host, candidate))
            # Only a socket that listens keeps others from binding to its port.
            attempt.listen(BACKLOG)
        except OSError as problem:
            attempt.close()
            if problem.errno != errno.EADDRINUSE:
                raise SettingInvalid(
                    f"Cannot serve on {host}:{candidate}: {problem.strerror}."
                ) from problem
        else:
            return attempt
    raise SettingInvalid(f"No port from {port} to {port + TRIES - 1} is free on {host}.")


def _run(settings: Settings, taken: socket.socket) -> None:
    config = uvicorn.Config(APPLICATION, workers=settings.workers, **RUNNING)
    if settings.workers == 1:
        uvicorn.Server(config).run(sockets=[taken])
        return
    with tempfile.TemporaryDirectory(prefix="geomap-metrics-") as folder:
        if settings.metrics:
            os.environ[TOGETHER] = folder
        Multiprocess(config, sockets=[taken]).run()


def _shown(host: str) -> str:
    """Return a host as it stands in an address that a browser on this machine can open."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
