"""Traffic uses the demo world without spoiling it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from backend.check import findings
from backend.core.database import Database, Tx
from backend.core.identity import operator
from backend.demo import generate
from backend.demo.traffic import Traffic
from backend.projects import service as projects
from backend.quotas.feed import feed
from backend.world import load
from tests.places import Places
from tests.world.files import NOW, database

SELECT_TOLD = 'SELECT action, target, "after" FROM journal ORDER BY seq'
WAITING = """
SELECT h.id, h.usage_min, h.usage_max FROM holding h JOIN holder s
    ON s.id = CASE WHEN h.source_id = 0 THEN h.holder_id ELSE h.source_id END
JOIN project p ON s.name = 'project:' || p.uuid WHERE p.pending_app > 0 ORDER BY h.id"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine; PostgreSQL takes seconds for the demo world."""
    return str(request.param)


@pytest.fixture
def demo(new_place: Places) -> Iterator[Database]:
    """The demo world in a database."""
    db = database(new_place)
    load(db, generate(1, NOW))
    yield db
    db.close()


def fingerprints(tx: Tx) -> list[str]:
    """What every waiting application would be decided by."""
    found = [projects.review(tx, number, operator("op")) for number in projects.queue(tx)]
    return [review.approve.fingerprint if review.approve else review.refusal for review in found]


def test_everything_happens_and_nothing_breaks(demo: Database) -> None:
    before = demo.read(fingerprints), demo.read(lambda tx: tx.all(WAITING))
    usage = "SELECT sum(usage_max) FROM holding h JOIN resource r ON r.id = h.resource_id"
    machines = f"{usage} WHERE r.name = 'cyclades.vm'"
    start = demo.read(lambda tx: int(tx.scalar(machines)))
    traffic = Traffic(demo, seed=3)
    for _ in range(600):
        traffic.step()
    assert set(traffic.counts) == {"issued", "charged", "accepted", "rejected", "over-limit"}
    assert traffic.counts["issued"] > 100
    assert (demo.read(fingerprints), demo.read(lambda tx: tx.all(WAITING))) == before
    assert demo.read(lambda tx: list(findings(tx))) == []
    assert abs(demo.read(lambda tx: int(tx.scalar(machines))) - start) < 60
    assert set(traffic.moves.counts) >= {"placed", "moved", "removed"}
    told = {event.kind for event in demo.read(lambda tx: feed(tx, 4000))}
    assert told == {"issued", "accepted", "rejected", "charged", "refused"}


def test_the_same_seed_does_the_same(new_place: Places) -> None:
    told = []
    for _ in range(2):
        db = database(new_place)
        load(db, generate(1, NOW))
        traffic = Traffic(db, seed=8)
        for _ in range(80):
            traffic.step()
        assert traffic.moves.counts["placed"] > 0
        told.append(db.read(lambda tx: tx.all(SELECT_TOLD)))
        db.close()
    assert told[0] == told[1]


def test_it_keeps_away_from_a_project_that_begins_to_wait(demo: Database) -> None:
    traffic = Traffic(demo, seed=3)
    demo.write(lambda tx: tx.execute("UPDATE project SET pending_app = 1"))
    for _ in range(50):
        traffic.step()
    assert not traffic.counts


def test_it_stops_when_told(demo: Database) -> None:
    with Traffic(demo, rate=500) as traffic:
        deadline = time.monotonic() + 5
        while not traffic.counts and time.monotonic() < deadline:
            time.sleep(0.01)
    done = dict(traffic.counts)
    assert done
    assert "bursar-traffic" not in {thread.name for thread in threading.enumerate()}
    time.sleep(0.05)
    assert dict(traffic.counts) == done


def test_a_world_without_projects_has_no_traffic(new_place: Places) -> None:
    db = database(new_place)
    with Traffic(db, rate=500) as traffic:
        time.sleep(0.02)
    assert not traffic.counts
    db.close()
