"""Whatever guard is taken away, a test notices: of each route, each call and each border."""

import os
import re
import subprocess
import sys

import pytest
from starlette.testclient import TestClient

from api.app import ROUTERS, create_app
from api.router import _guard
from geomap.access import Action, Role
from geomap.accounts import Account
from geomap.settings import Settings
from layers.store.engines import open_store
from tests.trust.conftest import WHOLE
from tests.trust.removing import ROOT, guards

HERE, THERE = {"Origin": "http://testserver"}, "https://evil.example"
SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN = {Action.READ, Action.SIGN_IN, Action.SUGGEST}
MOUNTED = [
    (method, route) for router in ROUTERS for route in router.routes.routes
    for method in sorted(route.methods - {"HEAD"})
]  # fmt: skip
TESTS = {
    "api/accounts.py": ("accounts",),
    "api/auth.py": ("accounts",),
    "api/changes.py": ("changes",),
    "api/decisions.py": ("outcomes", "suggestions"),
    "api/drafting.py": ("drafts",),
    "api/edit.py": ("edit",),
    "api/exact.py": ("exact",),
    "api/exposure.py": ("exposure",),
    "api/forms.py": ("drafts", "forms"),
    "api/history.py": ("history", "edit"),
    "api/importing.py": ("imports",),
    "api/imports.py": ("imports",),
    "api/past.py": ("history", "changes"),
    "api/photos.py": ("photos",),
    "api/proposing.py": ("suggestions",),
    "api/records.py": ("accounts", "history", "edit"),
    "api/resuming.py": ("drafts",),
    "api/review.py": ("review", "outcomes"),
    "api/reviewing.py": ("suggestions", "outcomes"),
    "api/rights.py": ("rights",),
    "api/router.py": ("accounts",),
    "api/saving.py": ("accounts", "edit"),
    "api/suggesting.py": ("suggesting",),
    "api/suggestions.py": ("suggestions",),
    "geomap/access.py": ("accounts", "edit"),
}
"""File → tests that are asked first, for they are likeliest to notice."""
REST = ("accounts", "edit", "forms", "drafts", "history", "changes", "suggestions", "outcomes",
        "notices", "oidc", "imports", "photos", "review", "rights",
        "exact", "exposure", "suggesting")  # fmt: skip
ALIKE = {
    "api/history.py may_restore(desk, present)": (
        "tells on a page what the restoring itself refuses; by the table of rights nobody sees a "
        "present record that they may not restore and may restore what it was before"
    ),
    "api/records.py may_somewhere(desk.actor, Action.SEE, desk.layer.id)": (
        "spares the store a question; what it finds is asked for again, record by record"
    ),
    "api/records.py may_somewhere(self.actor, Action.SEE, self.layer.id)": (
        "spares the store a question; the last state of the record is asked for again"
    ),
}
"""Guards that stand before another one that refuses the same: nothing changes without them."""


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory):
    """An application in which someone has signed in who may do everything."""
    address = f"sqlite:///{tmp_path_factory.mktemp('guards') / 'geomap.db'}"
    with TestClient(create_app(Settings(store=address)), follow_redirects=False) as client:
        store = open_store(address)
        store.accounts.save(Account("a", "Anna", Role.ADMINISTRATOR))
        store.accounts.open_session("a", "secret")
        store.close()
        yield client


@pytest.fixture
def client(signed_in):
    """The same, with every guard in its place again at the end."""
    yield signed_in
    signed_in.app.dependency_overrides.clear()


def asked(client, method, route, **headers):
    path = route.path
    for name in route.param_convertors:
        path = path.replace("{" + name + "}", {"layer_id": "sites"}.get(name, "0"))
    body = b"{}" if method not in SAFE else None
    return client.request(method, path, headers=headers, content=body)


def problem_of(answer):
    if answer.headers.get("content-type") != "application/problem+json":
        return ""
    return answer.json()["type"].rpartition("/")[2]


def lets_through(client, method, route, action) -> str:
    """Say whom a route lets through that its guard would not; empty where nobody."""
    wrong = asked(client, method, route, Authorization="Bearer no such token")
    if problem_of(wrong) != "credentials-wrong":
        return "a token that is none"
    if action not in OPEN and not refuses_visitors(client, method, route):
        return "a visitor"
    if method in SAFE:
        return ""
    known = [{"Cookie": "geomap_session=secret"}, *([{}] if action is Action.SIGN_IN else [])]
    for who in known:
        for foreign in ({"Origin": THERE}, {"Sec-Fetch-Site": "cross-site"}, {}):
            if problem_of(asked(client, method, route, **who, **foreign)) != "foreign-origin":
                return f"a page of another site: {foreign}"
    return ""


def refuses_visitors(client, method, route) -> bool:
    answer = asked(client, method, route, **HERE)
    to_sign_in = answer.headers.get("location", "").startswith("/login?next=")
    return to_sign_in or problem_of(answer) == "sign-in-needed"


@pytest.mark.parametrize(("method", "route"), MOUNTED, ids=lambda one: getattr(one, "path", one))
def test_a_route_without_its_guard_lets_someone_through(client, method, route):
    guard = route.dependencies[0].dependency
    cells = [one.cell_contents for one in guard.__closure__]
    action = next(one for one in cells if isinstance(one, Action))
    assert lets_through(client, method, route, action) == ""
    without = [lambda: None]
    if action not in OPEN or (method not in SAFE and action is Action.SIGN_IN):
        without.append(_guard(Action.READ))
    for other in without:
        client.app.dependency_overrides[guard] = other
        assert lets_through(client, method, route, action) != ""


GUARDS = guards()
SOME = {"require_own_origin(request)", "actor.limit.holds(ground)"}
"""Those that the suite takes out as well: each costs a run of tests."""
CHOSEN = [
    pytest.param(number, id=str(guard))
    for number, guard in enumerate(GUARDS)
    if WHOLE or (guard.text in SOME and guard.file in ("api/auth.py", "geomap/access.py"))
]


def noticed(number: int, names) -> str:
    """Return which test fails without a guard, and does not fail with it; empty where none does."""
    failed = first_failure([f"tests/api/test_{name}.py" for name in names], without=number)
    if failed:
        assert first_failure([failed]) == "", f"{failed} fails with {GUARDS[number]} as well"
    return failed


def first_failure(tests, without="") -> str:
    """Return the first of some tests that fails, empty where none does."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "tests.trust.removing", "-p",
               "no:cacheprovider", "-p", "no:xdist", "--no-header", "-rfE"]  # fmt: skip
    done = subprocess.run(
        [*command, *tests],
        env={**os.environ, "GEOMAP_REMOVE": str(without), "GEOMAP_REQUIRE_ALL": ""},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=1_200,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout[-3_000:] + done.stderr[-3_000:]
    failed = re.search(r"^(?:FAILED|ERROR) ([^\s\[]+)", done.stdout, re.M)
    return failed[1] if done.returncode else ""


def test_there_are_guards_of_every_kind():
    kinds = {guard.text.split("(")[0].split(".")[-1] for guard in GUARDS}
    assert {"Right", "record", "require", "require_right", "may", "may_somewhere"} <= kinds
    assert len(GUARDS) >= 50
    texts = {f"{guard.file} {guard.text}" for guard in GUARDS}
    assert set(ALIKE) <= texts
    assert {guard.file for guard in GUARDS if guard.file in TESTS} == set(TESTS)


@pytest.mark.slow
@pytest.mark.parametrize("number", CHOSEN)
def test_a_guard_that_is_taken_away_is_missed(number, figure):
    guard = GUARDS[number]
    if f"{guard.file} {guard.text}" in ALIKE:
        return
    first = TESTS.get(guard.file, ())
    rest = [name for name in REST if name not in first]
    by = noticed(number, first or rest) or (first and noticed(number, rest))
    assert by, str(guard)
    figure(by)
