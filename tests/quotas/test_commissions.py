"""Scenarios 42-60 of spec astakos §7 (holdings as limit/usage_min/usage_max)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.core.database import open_database
from backend.core.errors import BursarError, Conflict, Invalid, NotFound, OverLimit
from backend.quotas import ledger as ledgers
from backend.quotas.ledger import Resolve
from backend.quotas.model import UNLIMITED, IssueCommission, Provision
from backend.quotas.sweeper import Sweeper
from tests.processes import FORKING
from tests.quotas.ledgers import CYCLADES, STEPS, World, pair


def test_s42_issue_then_accept_once(ledger: World) -> None:
    ledger.set("vm", 10)
    serial = ledger.issue(("vm", 5))
    assert ledger.figures("vm") == "10/0/5"
    ledger.accept(serial)
    assert ledger.figures("vm") == "10/5/5"
    with pytest.raises(NotFound):
        ledger.accept(serial)


def test_s43_one_full_holding_refuses_the_whole(ledger: World) -> None:
    ledger.set("vm", 10, 0, 5)
    ledger.set("cpu", 20, 0, 20)
    with pytest.raises(OverLimit) as refused:
        ledger.issue(("vm", 1), ("cpu", 1))
    assert refused.value.status == 413
    assert refused.value.data == {
        "name": "NoCapacityError",
        "provision": {"holder": "project:P", "source": None, "resource": "cpu", "quantity": 1},
        "limit": 20,
        "usage": 20,
    }
    assert ledger.figures("vm") == "10/0/5"


def test_s44_pending_imports_cannot_be_released(ledger: World) -> None:
    ledger.set("vm", 10, 0, 5)
    with pytest.raises(OverLimit) as refused:
        ledger.issue(("vm", -1))
    data = refused.value.data
    assert (data["name"], data["limit"], data["usage"]) == ("NoQuantityError", 0, 0)
    assert data["provision"] == {
        "holder": "project:P", "source": None, "resource": "vm", "quantity": -1
    }  # fmt: skip


def test_s45_import_and_release_together_and_back(ledger: World) -> None:
    ledger.set("vm", 10, 5, 5)
    ledger.set("cpu", 20, 20, 20)
    serial = ledger.issue(("vm", 1), ("cpu", -1))
    assert (ledger.figures("vm"), ledger.figures("cpu")) == ("10/5/6", "20/19/20")
    ledger.reject(serial)
    assert (ledger.figures("vm"), ledger.figures("cpu")) == ("10/5/5", "20/20/20")


def test_s46_bulk_resolution_leaves_conflicts_pending(ledger: World) -> None:
    ledger.set("vm", 10)
    s1, s2, s3 = (ledger.issue(("vm", 1)) for _ in range(3))
    result = ledger.database.write(
        lambda tx: ledgers.resolve_bulk(tx, "service:cyclades", "cyclades", [s1, s2, 0], [s2, s3])
    )
    assert (result.accepted, result.rejected) == ([s1], [s3])
    assert {serial: error.status for serial, error in result.failed} == {0: 404, s2: 400}
    assert ledger.pending() == [s2]


def test_s47_force_passes_limits_but_never_makes_quantity(ledger: World) -> None:
    ledger.set("vm", 10, 6, 7)
    with pytest.raises(OverLimit):
        ledger.issue(("vm", 6))
    ledger.accept(ledger.issue(("vm", 6), force=True))
    assert ledger.figures("vm") == "10/12/13"
    with pytest.raises(OverLimit):
        ledger.issue(("vm", -20), force=True)
    ledger.accept(ledger.issue(("vm", -1)))
    assert ledger.figures("vm") == "10/11/12"


def test_s48_a_commission_may_be_empty(ledger: World) -> None:
    serial = ledger.issue()
    assert ledger.pending() == [serial]
    ledger.accept(serial)
    assert ledger.pending() == []


def test_s49_an_unknown_holding_changes_nothing(ledger: World) -> None:
    ledger.set("vm", 10)
    unknown = Provision("user:nobody", "project:P", "vm", 1)
    with pytest.raises(NotFound) as refused:
        ledger.send([Provision("project:P", "", "vm", 1), unknown])
    assert refused.value.data["name"] == "NoHoldingError"
    assert ledger.figures("vm") == "10/0/0"


def test_s50_equal_keys_are_one_provision(ledger: World) -> None:
    ledger.set("vm", 10)
    serial = ledger.issue(("vm", 1), ("vm", 1), ("vm", -1))
    rows = ledger.database.read(lambda tx: tx.all("SELECT quantity FROM provision"))
    assert (rows, ledger.figures("vm")) == ([(1,)], "10/0/1")
    ledger.reject(serial)


def test_s51_a_pending_release_frees_nothing_yet(ledger: World) -> None:
    ledger.set("vm", 4, 4, 4)
    serial = ledger.issue(("vm", -2))
    assert ledger.figures("vm") == "4/2/4"
    with pytest.raises(OverLimit):
        ledger.issue(("vm", 1))
    ledger.reject(serial)
    assert ledger.figures("vm") == "4/4/4"
    ledger.accept(ledger.issue(("vm", -2)))
    pending = ledger.issue(("vm", -2))
    with pytest.raises(OverLimit) as over:
        ledger.issue(("vm", 3))
    assert over.value.data["usage"] == 2
    with pytest.raises(OverLimit) as short:
        ledger.issue(("vm", -1))
    assert (short.value.data["name"], short.value.data["usage"]) == ("NoQuantityError", 0)
    ledger.reject(pending)
    assert ledger.figures("vm") == "4/2/2"


def test_s52_auto_accept_leaves_only_the_provision_log(ledger: World) -> None:
    ledger.set("vm", 10)
    serial = ledger.issue(("vm", 3), accept=True, name="boot")
    assert ledger.pending() == []
    log = "SELECT serial, name, lim, usage_min, usage_max, delta, reason FROM provision_log"
    rows = ledger.database.read(lambda tx: tx.all(log))
    assert rows == [(serial, "boot", 10, 3, 3, 3, "ACCEPT:")]


def test_s53_another_component_does_not_see_it(ledger: World) -> None:
    ledger.set("vm", 10)
    serial = ledger.issue(("vm", 1))
    assert ledger.database.read(lambda tx: ledgers.pending_serials(tx, "pithos")) == []
    assert ledger.database.read(lambda tx: ledgers.pending_serials(tx, "cyclades")) == [serial]
    with pytest.raises(NotFound):
        ledger.accept(serial, component="pithos")


def test_s55_an_exhausted_pool_is_named(ledger: World) -> None:
    ledger.limit("user:M", "project:P", "vm", 10)
    ledger.set("vm", 2, 2, 2)
    with pytest.raises(OverLimit) as refused:
        ledger.send(pair("M", "P", "vm", 1))
    provision = refused.value.data["provision"]
    assert provision == {
        "holder": "project:P", "source": None, "resource": "vm", "quantity": 1
    }  # fmt: skip


def test_s56_a_user_without_source_holds_nothing(ledger: World) -> None:
    ledger.limit("user:M", "project:P", "vm", 10)
    with pytest.raises(NotFound):
        ledger.send([Provision("user:M", "", "vm", 1)])


def test_s57_infinity_ends_somewhere(ledger: World) -> None:
    ledger.set("vm", UNLIMITED)
    ledger.issue(("vm", UNLIMITED))
    with pytest.raises(OverLimit):
        ledger.issue(("vm", 1))
    with pytest.raises(Invalid):
        ledger.issue(("vm", 1), force=True)


def test_s58_accepting_never_asks_for_room(ledger: World) -> None:
    ledger.set("vm", 10)
    serial = ledger.issue(("vm", 5))
    ledger.limit("project:P", "", "vm", 0)
    ledger.accept(serial)
    assert ledger.figures("vm") == "0/5/5"


def test_s59_threads_take_exactly_the_limit(ledger: World) -> None:
    ledger.limit("user:M", "project:P", "vm", UNLIMITED)
    ledger.set("vm", 40)

    def client(_: int) -> list[str]:
        return [_try(lambda: ledger.send(pair("M", "P", "vm", 1))) for _ in range(10)]

    with ThreadPoolExecutor(8) as pool:
        outcomes = [outcome for client_ in pool.map(client, range(8)) for outcome in client_]
    assert sorted(outcomes) == ["issued"] * 40 + ["over-limit"] * 40
    assert ledger.figures("vm") == "40/0/40"


def _try(issue: Callable[[], object]) -> str:
    try:
        issue()
    except BursarError as error:
        return error.code
    return "issued"


def _process(place: str) -> list[str]:
    database = open_database(place, STEPS)
    own = ledgers.Ledger(database)
    command = IssueCommission(
        actor=CYCLADES, clientkey="cyclades", provisions=pair("M", "P", "vm", 1)
    )
    try:
        return [_try(lambda: own.issue(command)) for _ in range(10)]
    finally:
        database.close()


def test_s59_processes_take_exactly_the_limit(ledger: World) -> None:
    ledger.limit("user:M", "project:P", "vm", UNLIMITED)
    ledger.set("vm", 40)
    place = ledger.database.place
    with FORKING.Pool(8) as pool:
        outcomes = [one for many in pool.map(_process, [place] * 8, chunksize=1) for one in many]
    assert sorted(outcomes) == ["issued"] * 40 + ["over-limit"] * 40
    assert ledger.figures("vm") == "40/0/40"


def test_s60_reassignment_moves_both_sides_or_neither(ledger: World) -> None:
    for project in ("P", "base"):
        ledger.limit("user:M", f"project:{project}", "vm", 1)
        ledger.limit(f"project:{project}", "", "vm", 1)
    ledger.send(pair("M", "P", "vm", 1), accept=True)
    move = pair("M", "P", "vm", -1) + pair("M", "base", "vm", 1)
    ledger.send(move, accept=True)
    assert ledger.figures("vm", "user:M", "project:base") == "1/1/1"
    assert ledger.figures("vm", "user:M", "project:P") == "1/0/0"
    with pytest.raises(OverLimit):
        ledger.send(move, accept=True)
    assert ledger.figures("vm", "user:M", "project:base") == "1/1/1"


def test_a_key_makes_a_retry_harmless(ledger: World) -> None:
    ledger.set("vm", 10)
    first = ledger.send([Provision("project:P", "", "vm", 1)], key="k1")
    ledger.accept(first)
    assert ledger.send([Provision("project:P", "", "vm", 1)], key="k1") == first
    assert ledger.figures("vm") == "10/1/1"
    with pytest.raises(Conflict):
        ledger.send([Provision("project:P", "", "vm", 2)], key="k1")


def test_nothing_expires_unless_asked_to(ledger: World) -> None:
    ledger.set("vm", 10)
    stays = ledger.send([Provision("project:P", "", "vm", 1)])
    goes = ledger.send([Provision("project:P", "", "vm", 2)], timeout=60)
    ledger.clock.forward(59)
    ledger.issue()
    assert ledger.figures("vm") == "10/0/3"
    ledger.clock.forward(2)
    with pytest.raises(NotFound):
        ledger.accept(goes)
    assert ledger.figures("vm") == "10/0/1"
    assert stays in ledger.pending()


def test_what_is_due_goes_also_when_nothing_else_happens(ledger: World) -> None:
    ledger.set("vm", 10)
    ledger.send([Provision("project:P", "", "vm", 2)], timeout=60)
    sweeper = Sweeper(ledger.database, seconds=3600)
    assert not sweeper.sweep()
    ledger.clock.forward(61)
    assert sweeper.sweep()
    sweeper.close()
    assert (ledger.pending(), ledger.figures("vm")) == ([], "10/0/0")


def test_operators_resolve_any_components_commission(ledger: World) -> None:
    ledger.set("vm", 10)
    serial = ledger.issue(("vm", 5))
    ledger.ledger.resolve(Resolve("operator:op1", serial, True, reason="stuck since Monday"))
    rows = ledger.database.read(
        lambda tx: tx.all("SELECT actor, reason FROM journal WHERE action = 'commission.accept'")
    )
    assert rows == [("operator:op1", "stuck since Monday")]


def test_refusals_stay_out_of_the_chain(ledger: World) -> None:
    ledger.set("vm", 1)
    with pytest.raises(OverLimit):
        ledger.issue(("vm", 2))
    counts = "SELECT (SELECT count(*) FROM refusal), (SELECT count(*) FROM journal)"
    before = ledger.database.read(lambda tx: tx.all(counts))[0]
    with pytest.raises(OverLimit):
        ledger.issue(("vm", 2))
    after = ledger.database.read(lambda tx: tx.all(counts))[0]
    assert (before, after) == ((1, before[1]), (2, before[1]))
