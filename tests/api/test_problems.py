"""Each named error has one status, and one page that explains it."""

import errno
from types import SimpleNamespace

import anyio
import orjson
import pytest

from api.problems import STATUSES, LastResort, explained
from geomap import errors
from geomap.errors import GeomapError
from geomap.settings import Settings


def every_error(kind=GeomapError):
    for error in kind.__subclasses__():
        yield error
        yield from every_error(error)


@pytest.mark.parametrize("error", [*every_error()], ids=lambda error: error.__name__)
def test_every_named_error_has_a_status_and_a_name_of_its_own(error):
    assert error in STATUSES
    assert 400 <= STATUSES[error] < 600
    assert explained(error.problem)
    assert [other for other in every_error() if other.problem == error.problem] == [error]


def test_the_table_holds_nothing_but_errors():
    named = {error for error in vars(errors).values() if isinstance(error, type)}
    assert set(STATUSES) <= named


def answered(failure):
    """Return the status, the headers and the problem that a failure of the application becomes."""
    sent = []

    async def failing(scope, receive, send):
        raise failure

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/x", "query_string": b"",
             "headers": [(b"host", b"localhost")], "server": ("localhost", 80)}  # fmt: skip
    scope["app"] = SimpleNamespace(state=SimpleNamespace(settings=Settings()))
    anyio.run(LastResort(failing), scope, None, send)
    return sent[0]["status"], dict(sent[0]["headers"]), orjson.loads(sent[1]["body"])


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_machine_without_files_or_space_asks_for_patience(number):
    status, headers, body = answered(OSError(number, "no more"))
    assert status == 503
    assert headers[b"retry-after"] == b"5"
    assert body["type"].endswith("/problems/machine-exhausted")


@pytest.mark.parametrize("failure", [OSError(errno.ENOENT, "gone"), ValueError("secret words")])
def test_any_other_failure_is_ours_and_says_nothing_of_itself(failure):
    status, _, body = answered(failure)
    assert status == 500
    assert "secret" not in str(body)
