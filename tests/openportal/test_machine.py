"""Any order of operations, steps of the scheduler, outages and crashes: what is sent is sent once,
what is busy is worked on, and in the end all has settled."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backend.core.database import Tx
from backend.core.errors import BursarError
from backend.openportal.check import findings
from backend.openportal.model import (
    AllocationCommand,
    Answer,
    ApproveAward,
    Award,
    AwardState,
    CreateAllocation,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    NameProject,
    Order,
    PullAllocation,
    ResendRequest,
    SetNodeLimit,
    UnlinkAllocation,
)
from backend.openportal.store import awards
from tests.openportal.portals import L, P, Portal, Q, R, S, portal

SELECT_ALL = "SELECT uuid FROM portal_allocation ORDER BY id"
SELECT_AWARDS = "SELECT uuid FROM portal_remote_project ORDER BY id"
SELECT_BUSY = "SELECT state FROM portal_allocation WHERE state NOT IN ('OK', 'ERRED')"
OPERATIONS = ["create", "limit", "update", "pull", "delete"]

simulations = st.fixed_dictionaries(
    {},
    optional={
        "delay": st.sampled_from([0, 1, 60]),
        "approval": st.sampled_from([0, 3600]),
        "fails": st.lists(st.sampled_from(OPERATIONS), max_size=2),
        "down": st.booleans(),
        "clamp": st.sampled_from([-1, 5]),
        "rejects": st.sampled_from(["", "no"]),
        "usage": st.sampled_from([0, 60, 200]),
    },
)
which = st.integers(0, 3)
COMMANDS: list[type[AllocationCommand]] = [
    PullAllocation,
    DeleteAllocation,
    UnlinkAllocation,
    MarkOk,
    MarkErred,
]


class Held:
    """A claim that nobody takes away."""

    holds = True

    def close(self) -> None:
        """Nothing to let go."""


class Operators(RuleBasedStateMachine):
    """Staff on two projects and two services, and a scheduler that may die anywhere."""

    portal: Portal

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.portal = portal(Path(self.folder.name) / "portal.db")
        self.awards = 0
        self.flying: Order | None = None
        self.answer: Answer | None = None
        self.late: list[tuple[Order, Answer]] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.all_settles()
            self.portal.database.close()
            self.folder.cleanup()

    def all_settles(self) -> None:
        for service in (L, R):
            self.portal.simulate(service)
        for _ in range(5):
            self.portal.clock.move(minutes=31)
            assert self.portal.scheduler.step()
        assert self.rows(SELECT_BUSY) == []
        assert self.rows("SELECT id FROM portal_job") == []
        self.all_is_well()

    def rows(self, sql: str) -> list[Any]:
        return [row[0] for row in self.portal.see(Tx.all, sql)]

    def do(self, command: Any) -> None:
        name = type(command).__name__
        try:
            self.portal.do(command)
        except BursarError as error:
            event(f"{name}: {type(error).__name__}")
        else:
            event(name)

    def one(self, n: int) -> str:
        found = self.rows(SELECT_ALL)
        return str(found[n % len(found)]) if found else "none"

    @rule(remote=st.booleans(), project=st.sampled_from([P, P, Q]))
    def create(self, remote: bool, project: str) -> None:
        service = R if remote else L
        self.do(
            CreateAllocation(actor=S, remote=remote, name="x", service=service, project=project)
        )

    @rule(n=which, limit=st.sampled_from([-1, 0, 10, 500]))
    def limit(self, n: int, limit: int) -> None:
        self.do(SetNodeLimit(actor=S, allocation=self.one(n), node_limit=limit))

    @rule(n=which, command=st.sampled_from(COMMANDS))
    def operate(self, n: int, command: type[AllocationCommand]) -> None:
        self.do(command(actor=S, allocation=self.one(n)))

    @rule(n=which)
    def modify(self, n: int) -> None:
        self.do(ModifyAllocation(actor=S, allocation=self.one(n), node_limit=7))

    @rule(n=which, reset=st.booleans())
    def resend(self, n: int, reset: bool) -> None:
        found = self.rows(SELECT_AWARDS)
        if found:
            uuid = str(found[n % len(found)])
            self.do(ResendRequest(actor=S, remote_project=uuid, reset=reset))

    @rule(project=st.sampled_from(["", P, Q]), amount=st.sampled_from(["20 NHR", "", "5 GPUHR"]))
    def approve(self, project: str, amount: str) -> None:
        self.awards += 1
        name, where = f"u{self.awards}.brics", "brics.bristol.i3"
        details = json.dumps({"allocation": amount, "members": {"m@example.org": "pi"}})
        told = (name, where, AwardState.PENDING, details, project, "", "", 0, 0, "", "")
        self.portal.database.write(lambda tx: awards.save_award(tx, None, Award(*told)))
        self.do(ApproveAward(actor=S, identifier=name, destination=where))

    @rule(name=st.sampled_from([None, "a6b"]))
    def rename(self, name: str | None) -> None:
        self.do(NameProject(actor=S, project=P, shortname=name))

    @rule(service=st.sampled_from([L, R]), told=simulations)
    def simulate(self, service: str, told: dict[str, Any]) -> None:
        self.portal.simulate(service, **told)

    @rule(seconds=st.sampled_from([1, 2, 60, 1800, 11_000, 2_600_000]))
    def wait(self, seconds: int) -> None:
        self.portal.clock.move(seconds=seconds)

    @rule()
    def step(self) -> None:
        self.crash()
        assert self.portal.scheduler.step()

    @rule()
    def take(self) -> None:
        self.crash()
        self.flying = self.portal.scheduler.take()

    @precondition(lambda self: self.flying is not None and self.answer is None)
    @rule()
    def ask(self) -> None:
        assert self.flying is not None
        self.answer = self.portal.scheduler.carry_out(self.flying, Held())

    @precondition(lambda self: self.answer is not None)
    @rule()
    def settle(self) -> None:
        assert self.flying is not None
        self.portal.scheduler.settle(self.flying, self.answer)
        self.flying = self.answer = None

    @rule()
    def crash(self) -> None:
        if self.flying is not None and self.answer is not None:
            self.late.append((self.flying, self.answer))
        self.flying = self.answer = None

    @precondition(lambda self: self.late)
    @rule()
    def hear_late(self) -> None:
        order, answer = self.late.pop()
        self.portal.scheduler.settle(order, answer)

    @invariant()
    def all_is_well(self) -> None:
        assert set(self.portal.sent()) <= {1}
        assert self.portal.see(lambda tx: list(findings(tx))) == []


TestOperators = Operators.TestCase
TestOperators.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
