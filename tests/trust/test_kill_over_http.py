"""kill -9 of every process of a server: what a client was told is done, is done."""

import time

import pytest


@pytest.mark.slow
def test_nothing_told_to_a_client_is_lost_and_nothing_is_half_there(
    serving, trial, size, figure, tmp_path
):
    store, everything, runs = tmp_path / "geomap.db", [], size(3, 20)
    for run in range(runs):
        with serving(store) as server, trial.writing(server, run) as (acks, writers):
            time.sleep(1 + run % 5 / 5)
            server.kill()
            judged = list(acks)
        assert {status for one in writers for status in one.refusals} <= {503}
        assert trial.audited(store, judged) == []
        everything += judged
    assert trial.audited(store, everything) == []
    assert {ack.kind for ack in everything} == {"POST", "PUT", "PATCH", "DELETE", "undo"}
    assert len(everything) > 20 * runs
    figure(f"{runs} runs, {len(everything)} acknowledged, 0 lost, 0 half there")


def test_an_acknowledged_write_that_is_missing_would_be_noticed(serving, trial, tmp_path):
    store = tmp_path / "geomap.db"
    with serving(store, workers=1) as server, trial.writing(server, 1, 1) as (acks, _):
        while len(acks) < 10:
            time.sleep(0.01)
    assert trial.audited(store, acks) == []
    never = acks[0]._replace(mark="never")
    other = next(ack for ack in acks if ack.name)._replace(name="another name")
    assert trial.audited(store, [*acks, never, other]) == [never, other]
