"""Alive, ready, and counted."""

import re
import time

import pytest

from api import health


def test_a_process_that_answers_is_alive(world):
    assert world.get("/livez").json() == {"status": "alive"}


def test_a_process_with_a_store_is_ready(world):
    answer = world.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": dict.fromkeys(health.CHECKS, "ok")}
    assert answer.headers["cache-control"] == "no-store"


def test_a_closed_store_is_not_ready_but_the_process_lives(client):
    client.app.state.service.store.close()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["store"] != "ok"
    assert client.get("/livez").status_code == 200


def test_a_full_disk_is_not_ready(world, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 1.1)
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**60)
    answer = world.get("/readyz")
    assert answer.status_code == 503
    assert "free" in answer.json()["checks"]["disk"]


def test_a_store_that_hangs_is_not_ready_within_the_cap(world, monkeypatch):
    monkeypatch.setattr(health, "CAP_S", 0.2)
    hanging = {"store": lambda _: time.sleep(0.6), "disk": health.CHECKS["disk"]}
    monkeypatch.setattr(health, "CHECKS", hanging)
    began = time.perf_counter()
    answer = world.get("/readyz")
    assert answer.status_code == 503
    assert time.perf_counter() - began < 0.6
    assert "0.2 s" in answer.json()["checks"]["store"]


def test_metrics_are_off_unless_switched_on(world):
    assert world.get("/metrics").status_code == 404


def test_metrics_count_by_route_and_never_by_path(client):
    client.get("/collections/sites/items/made-up-by-a-visitor")
    client.get("/also-made-up")
    client.request("BREWED", "/collections")
    text = client.get("/metrics").text
    assert "made-up" not in text
    assert "BREWED" not in text
    assert re.search(
        r'geomap_http_answers_total\{method="GET",'
        r'route="/collections/\{layer_id\}/items/\{feature_id\}",status="4xx"\} \d',
        text,
    )
    assert 'route="other",status="4xx"' in text


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_asks_for_no_parameters(world, path):
    assert world.get(f"{path}?deep=yes").status_code == 400
