"""Limits against projects as a list: the same as verifying would set right."""

from __future__ import annotations

from backend.core.database import Tx
from backend.core.listing import Query
from backend.projects.model import MismatchRow, VerifyQuotas
from backend.projects.service.dry_run import DryRun
from backend.quotas import service as quotas
from backend.quotas.model import HoldingKey, Limit, SetLimits
from tests.worlds import CPU, OPERATOR, VM, World, person


def tamper(w: World, *limits: Limit) -> None:
    w.database.write(lambda tx: quotas.persist(tx, SetLimits(limits), "somebody", ""))


def shown(w: World, dry_run: DryRun, text: str = "", view: str = "") -> list[MismatchRow]:
    def read(tx: Tx) -> list[MismatchRow]:
        keys = dry_run.keys(tx, Query(text, view))
        rows = dry_run.rows(keys)
        return [rows[key] for key in keys]

    return w.database.read(read)


def test_wrong_missing_and_unexpected_limits(w: World) -> None:
    phys = w.project("phys.lab")
    w.enroll("M", phys)
    key = HoldingKey(f"user:{person('M')}", f"project:{phys}", VM)
    stray = HoldingKey("user:nobody", f"project:{phys}", VM)
    gone = HoldingKey(f"project:{phys}", "", CPU)
    assert shown(w, DryRun()) == []
    tamper(w, Limit(key, 99), Limit(stray, 5))
    id = w.database.read(lambda tx: quotas.holding(tx, gone))
    assert id is not None
    w.database.write(lambda tx: tx.execute("DELETE FROM holding WHERE id = ?", (id.id,)))
    dry_run = DryRun()
    told = {
        row.kind: (row.holder, row.project, row.resource, row.found, row.expected)
        for row in shown(w, dry_run, view="unexpected")
    }
    assert told == {
        "wrong": ("m@uni.example", "phys.lab", VM, 99, 4),
        "missing": ("", "phys.lab", CPU, None, 0),
        "unexpected": ("nobody", "phys.lab", VM, 5, None),
    }
    assert [row.kind for row in shown(w, dry_run)] == ["missing", "wrong"]
    assert [row.kind for row in shown(w, dry_run, "kind:unexpected")] == ["unexpected"]
    (missing,) = shown(w, dry_run, "kind:missing")
    assert missing.key < 0
    plan = w.plan(VerifyQuotas(actor=OPERATOR, unexpected=True))
    assert len(plan.changes) == 3
    w.do(VerifyQuotas(actor=OPERATOR, unexpected=True))
    assert shown(w, dry_run, view="unexpected") == []


def test_it_is_done_again_after_decisions_and_not_after_commissions(w: World) -> None:
    phys = w.project("phys.lab")
    w.enroll("M", phys)
    dry_run = DryRun()
    assert shown(w, dry_run) == []
    dry_run._until = float("inf")  # however long the machine takes
    tamper(w, Limit(HoldingKey(f"user:{person('M')}", f"project:{phys}", VM), 99))
    w.charge("M", phys, 1)
    assert shown(w, dry_run) == []
    w.project("other.lab")
    assert [row.found for row in shown(w, dry_run)] == [99]
    w.do(VerifyQuotas(actor=OPERATOR))
    assert shown(w, dry_run) == []
