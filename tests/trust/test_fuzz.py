"""Requests made up from the description of the interface: none makes a server error, none waits."""

import os
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from geomap.access import Action, Role
from geomap.accounts import Account, Token
from layers.store.engines import open_store

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
SEED = [sys.executable, "-m", "api.cli", "seed"]
P99_S = 1.0
SECRET = "a secret of an account that is asked with"


def made_up(report: Path):
    """Yield status, seconds and operation of each request of a run."""
    with report.open("rb") as lines:
        for line in lines:
            finished = orjson.loads(line).get("ScenarioFinished")
            recorder = finished["recorder"] if finished else {}
            for one in (recorder.get("interactions") or {}).values():
                answer = one.get("response") or {"status_code": 0, "elapsed": 0.0}
                yield answer["status_code"], answer["elapsed"], recorder["label"]


def account_in(store: Path) -> str:
    """Make an account that may everything; return the token of it."""
    ends_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with closing(open_store(f"sqlite:///{store}")) as opened:
        opened.accounts.save(Account("fuzz", "Fuzz", Role.ADMINISTRATOR))
        rights = frozenset(Action), frozenset()
        opened.accounts.add_token("fuzz", Token("fuzz", "", *rights, "", ends_at), SECRET)
    return SECRET


def run(address: str, report: Path, folder: Path, token: str, examples: int, *, whole: bool):
    """Let schemathesis ask every operation, rightly and wrongly."""
    phases = "examples,coverage,fuzzing" if whole else "examples,fuzzing"
    return subprocess.run(
        [
            *(SCHEMATHESIS, "run", f"{address}/api", "--url", address, "--phases", phases),
            *("--mode", "all", "--max-examples", str(examples), "--continue-on-failure"),
            *("--checks", "not_a_server_error", "--warnings", "off", "--request-timeout", "60"),
            *("--header", f"Authorization: Bearer {token}", "--seed", "1", "--no-color"),
            *("--report", "ndjson", "--report-ndjson-path", str(report)),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        timeout=3_000,
    )


@pytest.mark.slow
def test_no_request_made_up_of_the_description_makes_a_server_error(
    serving, size, figure, tmp_path
):
    store, report = tmp_path / "geomap.db", tmp_path / "report.ndjson"
    environment = {**os.environ, "GEOMAP_STORE": f"sqlite:///{store}"}
    subprocess.run(SEED, env=environment, check=True, capture_output=True)
    token, least = account_in(store), size(400, 10_000)
    with serving(store) as server:
        address = f"http://127.0.0.1:{server.port}"
        done = run(address, report, tmp_path, token, size(3, 20), whole=size(False, True))
        assert server.process.poll() is None
        assert len(server.workers()) == server.expected
    answers = [*made_up(report)]
    statuses = Counter(status for status, _, _ in answers)
    seconds = sorted(took for _, took, _ in answers)
    p99 = seconds[int(0.99 * len(seconds))]
    figure(
        f"{len(answers)} requests to {len({name for _, _, name in answers})} operations, "
        f"{sum(n for status, n in statuses.items() if status >= 500)} server errors, "
        f"p99 {1000 * p99:.0f} ms, longest {1000 * seconds[-1]:.0f} ms; "
        f"{dict(sorted(statuses.items()))}"
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert not [one for one in answers if one[0] >= 500 or one[0] == 0]
    assert len(answers) >= least
    assert p99 < P99_S
    assert "Traceback" not in server.log.read_text()
