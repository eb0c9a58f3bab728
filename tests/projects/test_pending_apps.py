"""Reconciling the counters of waiting applications (quirk Q20, spec §3.5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.check import findings
from backend.core.database import Tx
from backend.core.errors import NotAllowed, PreviewStale
from backend.core.journal import Entry, SideEffect
from backend.core.plan import Change
from backend.core.usecase import execute
from backend.projects.model import ReconcilePendingApps, VerifyQuotas
from backend.quotas import service as quotas
from backend.quotas.model import DeleteHoldings, HoldingKey, Limit, SetLimits
from tests.worlds import OPERATOR, PENDING_APP, World, count, person, room_of

COMMAND = ReconcilePendingApps(actor=OPERATOR)


@pytest.fixture(autouse=True)
def _sound(w: World) -> Iterator[None]:
    """Whatever was reconciled, the database is sound at the end."""
    yield
    assert w.database.read(lambda tx: list(findings(tx))) == []


def drifted(w: World) -> None:
    """O waits for two and is counted none, M for none and is counted two."""
    w.submit("O", name="a.lab")
    w.submit("O", name="b.lab")
    w.charge("O", person("O"), -2, PENDING_APP)
    w.charge("M", person("M"), 2, PENDING_APP)


def usages(w: World) -> dict[str, tuple[int, int]]:
    """Own and pool counters of everybody."""
    return {letter: w.waiting(letter) for letter in "AOMNL"}


def test_counters_are_set_to_what_waits(w: World) -> None:
    drifted(w)
    w.submit("N", name="c.lab")
    plan = w.plan(COMMAND)
    assert set(plan.changes) == {
        Change(target, PENDING_APP, before, after, "", "usage")
        for letter, before, after in (("O", 0, 2), ("M", 2, 0))
        for target in (
            f"{letter.lower()}@uni.example in system:{person(letter)}",
            f"system:{person(letter)} (pool)",
        )
    }
    assert (plan.title, plan.warnings, plan.touched) == (
        "Set 4 counters of waiting applications right",
        (),
        (),
    )
    before = usages(w)
    w.do(COMMAND)
    assert usages(w) == before | {"O": (2, 2), "M": (0, 0)}
    assert w.plan(COMMAND).changes == ()


def test_the_fix_is_one_commission_and_goes_beyond_the_limit(w: World) -> None:
    drifted(w)
    keys = (HoldingKey(f"user:{person('O')}", f"project:{person('O')}", PENDING_APP),)
    _lower(w, *keys)
    logged = count(w, "SELECT count(DISTINCT serial) FROM provision_log")
    seq = w.do(COMMAND).seq
    assert w.mine("O", person("O"), PENDING_APP) == (1, 2)
    assert count(w, "SELECT count(DISTINCT serial) FROM provision_log") == logged + 1
    told = w.database.read(
        lambda tx: tx.all("SELECT action FROM journal WHERE seq > ? ORDER BY seq", (seq - 2,))
    )
    assert told == [("commission.charge",), ("quotas.reconcile",)]
    _lower(w, *keys, limit=3)


def _lower(w: World, *keys: HoldingKey, limit: int = 1) -> None:
    def write(tx: Tx) -> None:
        effects = quotas.persist(tx, SetLimits(tuple(Limit(key, limit) for key in keys)), "x", "")
        _journal(tx, effects)

    w.database.write(write)


def _journal(tx: Tx, effects: list[SideEffect]) -> None:
    tx.record(Entry("x", "quotas.sync", "quotas", effects=effects))


def test_what_is_pending_is_reported_and_left_alone(w: World) -> None:
    drifted(w)
    serial = w.charge("M", person("M"), 1, PENDING_APP, keep=False)
    plan = w.plan(COMMAND)
    assert {change.after for change in plan.changes} == {2}
    assert [touched.serial for touched in plan.touched] == [serial]
    assert [warning.partition(";")[0] for warning in plan.warnings] == [
        f"m@uni.example in system:{person('M')}: 3 counted, 0 waiting",
        f"system:{person('M')} (pool): 3 counted, 0 waiting",
    ]
    w.do(COMMAND)
    key = f"user:{person('M')}", f"project:{person('M')}"
    left = w.holding(*key, PENDING_APP)
    assert left is not None
    assert (left.usage_min, left.usage_max) == (2, 3)
    assert w.waiting("O") == (2, 2)


def test_a_missing_counter_is_reported(w: World) -> None:
    w.submit("O", name="a.lab")
    w.charge("O", person("O"), -1, PENDING_APP)
    key = HoldingKey(f"user:{person('O')}", f"project:{person('O')}", PENDING_APP)

    def drop(tx: Tx) -> None:
        _journal(tx, quotas.persist(tx, DeleteHoldings((key,)), "x", ""))

    w.database.write(drop)
    plan = w.plan(COMMAND)
    assert [change.after for change in plan.changes] == [1]
    assert "no holding; verify quotas first" in plan.warnings[0]
    w.do(COMMAND)
    w.do(VerifyQuotas(actor=OPERATOR))
    w.do(COMMAND)
    assert w.waiting("O") == (1, 1)


def test_a_preview_goes_stale_when_a_counter_moves(w: World) -> None:
    drifted(w)
    plan, room = w.plan(COMMAND), room_of(COMMAND)
    w.charge("M", person("M"), 1, PENDING_APP)
    with pytest.raises(PreviewStale):
        w.database.write(lambda tx: execute(tx, room, COMMAND, "", plan.fingerprint))
    again = w.plan(COMMAND)
    w.database.write(lambda tx: execute(tx, room, COMMAND, "", again.fingerprint))
    assert (w.waiting("M"), w.waiting("O")) == ((0, 0), (2, 2))


def test_only_admins_reconcile(w: World) -> None:
    with pytest.raises(NotAllowed):
        w.plan(ReconcilePendingApps(actor=w.actor("O")))
