"""What tells how a server is: health and metrics."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.server.conftest import Site

Token = Callable[[str], str]
EMPTY: dict[str, list[object]] = {"provisions": []}


def figures(site: Site) -> dict[str, float]:
    """Every figure by its name and labels."""
    answer = site.ask("GET", "/bursar/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def counted(route: str, method: str, status: int) -> str:
    """The name of a counter."""
    labels = f'route="{route}",method="{method}",status="{status}"'
    return f"bursar_http_requests_total{{{labels}}}"


def test_a_server_is_ready_while_its_database_answers(site: Site) -> None:
    answer = site.ask("GET", "/bursar/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "seq": 1})
    assert answer.headers["cache-control"] == "no-store"
    site.app.backend.shut()
    answer = site.ask("GET", "/bursar/health")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "storage")


def test_where_the_database_is_stands_in_the_log_only(
    site: Site, known: Token, caplog: pytest.LogCaptureFixture
) -> None:
    place = site.app.backend.database.path
    mine = known("service:cyclades")
    nobody = {"name": "", "role": "viewer", "uuid": "", "component": ""}
    command = {"ChangeProjectState": {"actor": nobody, "project": "p", "action": "suspend"}}
    order = {"command": command, "fingerprint": "", "reason": ""}
    key = {"Idempotency-Key": "k1"}
    place.rename(place.with_name("elsewhere.db"))
    answers = [
        site.ask("POST", "/commissions", EMPTY, token=mine),
        site.ask("POST", "/bursar/v1/apply", order, token=known("A"), headers=key),
    ]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert not any(str(place) in answer.text for answer in answers)
    assert caplog.text.count(str(place)) >= 2


def test_requests_are_counted_by_their_templates(site: Site, known: Token) -> None:
    mine = known("service:cyclades")
    serials = [site.ask("POST", "/commissions", EMPTY, token=mine).json()["serial"] for _ in "abc"]
    for serial in serials[:2]:
        site.ask("POST", f"/commissions/{serial}/action", {"accept": ""}, token=mine)
    for path in ("/somewhere", "/commissions/999", "/commissions/998"):
        site.ask("GET", path, token=mine)
    site.ask("BREW", "/commissions", token=mine)
    for method in ("GET", "BREW", "POUR"):
        site.ask(method, "/bursar/nowhere")
    found = figures(site)
    root = "/astakos/account/v1.0/commissions"
    assert found[counted(root, "POST", 201)] == 3
    assert found[counted(f"{root}/{{serial}}/action", "POST", 200)] == 2
    assert found[counted(f"{root}/{{serial}}", "GET", 404)] == 2
    assert found[counted(root, "other", 405)] == 1
    assert found[counted("unknown", "GET", 404)] == 1
    assert found[counted("unknown", "other", 404)] == 2
    assert found["bursar_commissions_pending"] == 1
    assert found["bursar_journal_seq"] == 1 + 3 + 2
    assert found["bursar_http_in_flight"] == 1
    assert found["bursar_sse_clients"] == found["bursar_writer_queue"] == 0


def test_times_are_in_buckets_that_add_up(site: Site) -> None:
    for _ in range(3):
        site.ask("GET", "/resources")
    found = figures(site)
    labels = 'route="/astakos/account/v1.0/resources"'
    name = "bursar_http_request_seconds"
    buckets = [
        value for key, value in found.items() if key.startswith(f"{name}_bucket{{{labels},le=")
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == found[f"{name}_count{{{labels}}}"] == 3
    assert found[f"{name}_sum{{{labels}}}"] > 0
