"""An entry says which one it takes back, where the journal bears that out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend.check import findings
from backend.core.errors import BursarError
from backend.core.identity import Actor, Role
from backend.core.journal import Entry, SideEffect
from backend.core.plan import Command
from backend.embedded import EmbeddedBackend
from backend.journal_view import describe
from backend.projects.model import ChangeProjectState, ProjectAction
from tests.worlds import OPERATOR, World, world_w
from tui.cli import main

ADA = Actor("ada", Role.ADMIN)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """World W, sound at the end."""
    fresh = world_w(tmp_path / "world.db")
    yield fresh
    assert fresh.database.read(lambda tx: list(findings(tx))) == []
    fresh.database.close()


def taken_back(world: World, command: Command, seq: int) -> int:
    """What the journal says that a command takes back which is said to take back an entry."""
    mine = EmbeddedBackend(world.database, OPERATOR)
    backend = mine if command.actor == OPERATOR else mine.acting(command.actor)
    plan = replace(asyncio.run(backend.plan(command)), takes_back=seq)
    receipt = asyncio.run(backend.apply(plan, ""))
    return world.database.read(lambda tx: describe(tx, receipt.seq)).row.takes_back


def test_nobody_takes_back_what_others_did_or_what_was_refused(world: World) -> None:
    suspend = ChangeProjectState(
        actor=OPERATOR, project=world.project("phys.lab"), action=ProjectAction.SUSPEND
    )
    resume = replace(suspend, action=ProjectAction.UNSUSPEND)
    backend = EmbeddedBackend(world.database, OPERATOR)
    done = asyncio.run(backend.apply(asyncio.run(backend.plan(suspend)), "")).seq
    assert taken_back(world, replace(resume, actor=ADA), done) == 0
    late = asyncio.run(backend.plan(suspend))
    assert taken_back(world, suspend, 0) == 0
    with pytest.raises(BursarError):
        asyncio.run(backend.apply(late, ""))
    refused = world.database.read(lambda tx: tx.chain.head()[0])
    assert world.database.read(lambda tx: describe(tx, refused)).row.outcome == "refused"
    assert taken_back(world, resume, refused) == 0
    assert taken_back(world, suspend, refused + 1) == refused + 1


def test_the_command_lists_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    suspend = ChangeProjectState(
        actor=OPERATOR, project=world.project("phys.lab"), action=ProjectAction.SUSPEND
    )
    taken_back(world, suspend, 0)
    done = world.database.read(lambda tx: tx.chain.head()[0])
    taken_back(world, replace(suspend, action=ProjectAction.UNSUSPEND), done)
    listed = ["journal", "--database", str(world.database.path), "--limit", "2"]
    for format, told in (("csv", f",{done}"), ("table", f" #{done}")):
        with pytest.raises(SystemExit) as left:
            main([*listed, "--format", format])
        assert left.value.code == 0
        _, undo, change = capsys.readouterr().out.splitlines()
        assert (undo.endswith(told), change.endswith(told)) == (True, False)


@pytest.mark.parametrize("target", ["journal:", "journal:x", "journal:1x", f"journal:{'9' * 30}"])
def test_what_names_no_entry_takes_back_nothing(world: World, target: str) -> None:
    entry = Entry("op", "note", "x", effects=[SideEffect(target, "{}", "{}")])
    seq = world.database.write(lambda tx: tx.record(entry))
    assert world.database.read(lambda tx: describe(tx, seq)).row.takes_back == 0
