"""Power is cut again and again: what was acknowledged stays, once; and tampering is found."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.core.database import open_database
from backend.core.errors import NotFound
from backend.quotas.check import findings
from backend.quotas.ledger import Resolve
from backend.quotas.model import UNLIMITED, Provision
from tests.places import Places
from tests.quotas.crash_child import command
from tests.quotas.ledgers import STEPS, world

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 40


def _round(place: str, name: str, seconds: float) -> list[list[str]]:
    """Let a child work until it is killed; what it heard acknowledged."""
    arguments = [sys.executable, "-m", "tests.quotas.crash_child", place, name]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    heard = [child.stdout.readline()]  # start-up is over, the load is on
    time.sleep(seconds)
    child.kill()
    heard += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    return [line.split() for line in heard if line.endswith("\n")]


@pytest.mark.slow
def test_forty_kills_lose_nothing_and_repeat_nothing(new_place: Places) -> None:
    with world(new_place(STEPS)) as ledger:
        ledger.limit("user:M", "project:P", "vm", UNLIMITED)
        ledger.limit("project:P", "", "vm", UNLIMITED)
        rng = random.Random(40)
        heard = [
            line
            for n in range(ROUNDS)
            for line in _round(ledger.database.place, f"r{n}", rng.uniform(0, 0.08))
        ]
        issued = {key: int(serial) for what, key, serial in heard if what == "issued"}
        accepted = {int(serial) for what, _, serial in heard if what == "accepted"}
        assert len(issued) >= ROUNDS
        before = ledger.figures("vm")
        assert {key: ledger.ledger.issue(command(key)) for key in issued} == issued
        assert ledger.figures("vm") == before
        assert not accepted & set(ledger.pending())
        for serial in accepted:
            with pytest.raises(NotFound):
                ledger.ledger.resolve(Resolve("service:cyclades", serial, True, "cyclades"))
        assert ledger.database.read(lambda tx: list(findings(tx))) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE holding SET usage_min = 4, usage_max = 4 WHERE id = 1", "by the journal"),
        ("UPDATE holding SET lim = 19 WHERE id = 1", "by the journal"),
        (
            "UPDATE holding SET usage_max = usage_max + 1 WHERE id = 1",
            "pending commissions explain",
        ),
        ("UPDATE journal SET reason = 'because' WHERE seq = 2", "entry 2 does not match its hash"),
        ("UPDATE journal SET actor = 'nobody' WHERE seq = 1", "entry 1 does not match its hash"),
        (
            "UPDATE journal_change SET \"after\" = '[[1,11]]' WHERE seq = 1",
            "entry 1 does not match",
        ),
        ("DELETE FROM journal WHERE seq = 2", "entry 2 is missing"),
        ("DELETE FROM journal_change WHERE seq = 1", "entry 1 does not"),
        ("UPDATE provision SET quantity = 3", "pending commissions explain"),
        ("UPDATE provision SET quantity = -2", "commission 2: [[1,-2]] stored, [[1,2]] by"),
        (f"UPDATE provision SET quantity = {-(2**63)}", "pending commissions explain"),
        ("UPDATE provision SET holding_id = 7", "has no holding"),
        ("DELETE FROM commission WHERE serial = 3", "commission 3: told by the journal, but"),
        (
            "INSERT INTO commission VALUES (9, '', 'cyclades', 1, 0, '')",
            "commission 9: the journal knows nothing of it",
        ),
        ("UPDATE journal SET \"after\" = 'x' WHERE seq = 2", "entry 2 cannot be understood"),
        ("UPDATE journal SET \"after\" = '[]' WHERE seq = 2", "entry 2 cannot be understood"),
        ("UPDATE journal_change SET \"after\" = '[1]'", "entry 1 cannot be understood"),
        ("DELETE FROM commission_key", "commission 4: its key 'k' is lost"),
        ("UPDATE commission_key SET key = 'l'", "commission 4: its key 'k' is lost"),
        ("UPDATE commission_key SET serial = 3", "commission 3: its key 'k' is unknown"),
        ("UPDATE commission_key SET key = 'l'", "commission 4: its key 'l' is unknown"),
    ],
)
def test_tampering_is_found(tmp_path: Path, statement: str, told: str) -> None:
    path = _used(tmp_path)
    other = sqlite3.connect(path)
    other.execute(statement)
    other.commit()
    other.close()
    assert any(told in line for line in _findings(path))


def test_a_digit_flipped_in_the_file_is_found(tmp_path: Path) -> None:
    """`quick_check` calls such a file sound; the journal does not."""
    path = _used(tmp_path)
    content = path.read_bytes()
    place = content.rindex(b"service:cyclades")
    path.write_bytes(content[:place] + b"t" + content[place + 1 :])
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    other.close()
    assert any("does not match its hash" in line for line in _findings(path))


def _used(folder: Path) -> Path:
    """A closed database with a little history."""
    with world(folder / "ledger.db") as ledger:
        ledger.set("vm", 10)
        ledger.issue(("vm", 3), accept=True)
        ledger.issue(("vm", 2))
        ledger.issue()
        ledger.send([Provision("project:P", "", "vm", 0)], key="k", accept=True)
        assert ledger.database.read(lambda tx: list(findings(tx))) == []
        return ledger.database.path


def _findings(path: Path) -> list[str]:
    database = open_database(path, STEPS)
    try:
        return database.read(lambda tx: list(findings(tx)))
    finally:
        database.close()
