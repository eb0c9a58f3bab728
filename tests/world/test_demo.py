"""The demo world: big enough, every state in it, consistent, and the same every time."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from backend.allocations import queries as allocations
from backend.check import findings
from backend.core.database import Database, Tx
from backend.core.identity import operator
from backend.core.keys import first_keys, keys_of
from backend.core.listing import Query
from backend.core.runtime import micros
from backend.demo import generate
from backend.demo.cloud import TRAITS
from backend.demo.generator import FIRST_WAITING
from backend.nico import queries as nico
from backend.nico.model import Kind
from backend.openportal import details
from backend.placement import queries as placement
from backend.placement.rules.names import standard_traits
from backend.projects import service as projects
from backend.projects.model import ApplicationReview, ApplicationState, MembershipState
from backend.quotas import queries
from backend.quotas.model import UNLIMITED, QuotaRow
from backend.world import load
from backend.world.portal_model import PortalWorld
from tests.places import in_files
from tests.world.files import NOW, database

OPERATOR = operator("op")
GIB = 2**30


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo world in a database."""
    db = database(in_files(tmp_path_factory.mktemp("demo")))
    load(db, generate(1, NOW))
    yield db
    db.close()


@pytest.fixture(scope="module")
def queue(demo: Database) -> dict[str, ApplicationReview]:
    """The reviews of all waiting applications in order, by project."""

    def read(tx: Tx) -> dict[str, ApplicationReview]:
        found = [projects.review(tx, number, OPERATOR) for number in projects.queue(tx)]
        return {review.project.realname: review for n, review in enumerate(found) if n != 6}

    return demo.read(read)


def figures(db: Database, sql: str) -> int:
    """One number from the tables."""
    return db.read(lambda tx: int(tx.scalar(sql)))


def test_it_is_sound(demo: Database) -> None:
    assert demo.read(lambda tx: list(findings(tx))) == []


def test_it_is_a_pure_function_of_seed_and_moment() -> None:
    first, second = generate(5, NOW), generate(5, NOW)
    assert list(first.people) == list(second.people)
    assert list(first.projects) == list(second.projects)
    assert list(first.holdings) == list(second.holdings)
    assert list(first.commissions) == list(second.commissions)
    assert list(first.providers) == list(second.providers)
    assert list(first.consumers) == list(second.consumers) == list(first.consumers)
    for section in fields(PortalWorld):
        ours, theirs = (getattr(world.portal, section.name) for world in (first, second))
        assert list(ours) == list(theirs) == list(ours), section.name
    assert list(first.projects) == list(first.projects)
    assert list(generate(6, NOW).people) != list(first.people)
    later = generate(5, NOW + timedelta(days=1))
    assert [p.project.uuid for p in later.projects] == [p.project.uuid for p in first.projects]


def test_there_are_enough_people_of_all_kinds(demo: Database) -> None:
    people = list(generate(1, NOW).people)
    assert len(people) >= 400
    flags = Counter((p.user.is_active, p.user.email_verified, p.user.moderated) for p in people)
    assert len(flags) == 4
    assert figures(demo, "SELECT count(*) FROM person WHERE is_rejected = 1") >= 3
    assert sum(p.user.is_project_admin for p in people) == 2
    names = [f"{p.user.first_name} {p.user.last_name}" for p in people]
    assert max(map(len, names)) > 30
    assert any(unicodedata.east_asian_width(char) == "W" for name in names for char in name)
    assert any(unicodedata.bidirectional(char) == "AL" for name in names for char in name)
    assert max(len(p.user.email) for p in people) > 60


def test_there_are_projects_in_every_state(demo: Database) -> None:
    rows = demo.read(
        lambda tx: tx.all("SELECT display, count(*) FROM project WHERE is_base = 0 GROUP BY 1")
    )
    shown: dict[str, int] = dict(rows)
    assert sum(shown.values()) >= 200
    few = {"Pending": 5, "Denied": 5, "Dismissed": 5, "Cancelled": 5, "Suspended": 8}
    for state, least in {**few, "Terminated": 15, "Active": 140}.items():
        assert shown[state] >= least, state
    expired = demo.read(
        lambda tx: len(keys_of(tx, projects.keys_sql(Query(view="expired"), demo.runtime)))
    )
    assert expired >= 8
    assert figures(demo, f"SELECT count(*) FROM holding WHERE lim = {UNLIMITED}") > 50


def test_placement_has_all_that_there_may_be(demo: Database) -> None:
    """A tree, custom classes, more used than there is, consumers of nobody and of no type."""
    assert figures(demo, "SELECT count(*) FROM provider WHERE parent_id <> 0") >= 10
    assert figures(demo, "SELECT count(*) FROM consumer") >= 300
    custom = "SELECT count(*) FROM resource_class WHERE name LIKE 'CUSTOM%'"
    assert figures(demo, custom) == 1

    def found(text: str) -> int:
        (statement,) = allocations.statements(Query(f"kind:plc {text}"), 0)
        return demo.read(lambda tx: len(keys_of(tx, statement)))

    for text in ("over", "untyped", "placeholder", "type:migration", "custom_a100_slice>0"):
        assert found(text) >= 8, text
    assert found("linked") >= 250
    assert found("!linked !placeholder") >= 10
    over = placement.inventory_keys_sql(Query(view="over"), 0)
    assert demo.read(lambda tx: len(keys_of(tx, over))) == 3
    assert set(TRAITS) - standard_traits() == {"CUSTOM_NVLINK"}


def test_openportal_has_all_that_there_may_be(demo: Database) -> None:
    """What failed, what hangs, what goes on, what another portal has not decided, and shared
    limits."""

    def found(text: str) -> int:
        (statement,) = allocations.statements(Query(text), micros(NOW))
        return demo.read(lambda tx: len(keys_of(tx, statement)))

    for text in ("erred", "busy", "waiting", "kind:opr", "share>=90%", "shared", "over"):
        assert found(text) >= 3, text
    assert found("kind:plc") == figures(demo, "SELECT count(*) FROM consumer")
    assert found("unlimited") == found("state:deleting") == 1
    assert figures(demo, "SELECT count(*) FROM portal_job WHERE begun_at = 0") == 2
    assert figures(demo, "SELECT count(DISTINCT month) FROM portal_usage") == 4
    assert figures(demo, "SELECT count(*) FROM portal_service WHERE state = 'ERRED'") == 1
    waiting = demo.read(lambda tx: [details.review(tx, key) for key in details.queue(tx)])
    assert [review.row.embargoed for review in waiting] == [False, True, False]
    assert waiting[-1].project is not None
    assert all(review.service for review in waiting)


def test_nico_has_all_that_there_may_be(demo: Database) -> None:
    """Machines that are full, in use or neither, networks that are held, free, and given whole."""
    listing = nico.constraint_keys_sql(Query(), 0)
    rows = demo.read(lambda tx: nico.constraint_rows(tx, keys_of(tx, listing)))
    bounds = [row.bounds for row in rows.values() if row.bounds]
    assert len(bounds) == len(rows) >= 12
    assert {row.kind for row in rows.values()} == {*Kind}
    assert any(one.fixed for one in bounds)
    assert not all(one.fixed for one in bounds)
    assert {row.site_name for row in rows.values()} == {"sjc-2", "fra-1"}
    for text, least in (("locked", 4), ("idle", 5), ("room=0", 1), ("addresses", 5)):
        found = len(demo.read(partial(keys_of, statement=nico.constraint_keys_sql(Query(text), 0))))
        assert found >= least, text
    assert figures(demo, "SELECT count(DISTINCT status) FROM nico_machine") >= 4
    assert figures(demo, "SELECT count(*) FROM nico_block WHERE full_grant = 1") == 1


def test_usage_of_this_month_is_that_of_its_people(demo: Database) -> None:
    wrong = f"""
    SELECT count(*) FROM portal_allocation a WHERE a.remote = 0 AND a.node_usage <>
        (SELECT coalesce(sum(u.node_usage), 0) FROM portal_usage u WHERE u.allocation_id = a.id
         AND u.year = {NOW.year} AND u.month = {NOW.month})"""
    assert figures(demo, wrong) == 0


def test_some_projects_are_full(demo: Database) -> None:
    full = """SELECT count(*) FROM project p WHERE p.is_base = 0 AND p.max_members =
        (SELECT count(*) FROM membership m WHERE m.project_id = p.id
         AND m.state IN ('accepted', 'leave_requested', 'suspended'))"""
    assert figures(demo, full) >= 5


@pytest.mark.parametrize("state", list(MembershipState))
def test_memberships_are_in_many_states(demo: Database, state: MembershipState) -> None:
    found = figures(demo, f"SELECT count(*) FROM membership WHERE state = '{state}'")
    rare = state in (MembershipState.REJECTED, MembershipState.CANCELLED)
    assert found >= (0 if rare else 10)


@pytest.mark.parametrize("state", list(ApplicationState))
def test_applications_are_in_every_state(demo: Database, state: ApplicationState) -> None:
    assert figures(demo, f"SELECT count(*) FROM application WHERE state = '{state}'") >= 5


def test_usage_adds_up(demo: Database) -> None:
    wrong = """
    SELECT count(*) FROM holding p WHERE p.source_id = 0 AND p.usage_max <>
        (SELECT coalesce(sum(h.usage_max), 0) FROM holding h
         WHERE h.source_id = p.holder_id AND h.resource_id = p.resource_id)"""
    assert figures(demo, wrong) == 0


def test_pending_applications_are_charged(demo: Database) -> None:
    charged = """SELECT sum(h.usage_max) FROM holding h JOIN resource r ON r.id = h.resource_id
        WHERE r.name = 'astakos.pending_app' AND h.source_id <> 0"""
    assert figures(demo, charged) == len(demo.read(projects.queue)) == 12


def test_commissions_are_stuck_since_minutes_and_days(demo: Database) -> None:
    rows = demo.read(lambda tx: tx.all("SELECT clientkey, issued_at, expires_at FROM commission"))
    ages = [(micros(NOW) - at) / 60_000_000 for _, at, _ in rows]
    assert len(rows) >= 12
    assert min(ages) < 5
    assert max(ages) > 10 * 1440
    assert {clientkey for clientkey, *_ in rows} >= {"cyclades", "pithos"}
    assert any(expires for *_, expires in rows)
    assert figures(demo, "SELECT count(*) FROM provision WHERE quantity < 0") >= 4


def test_some_are_over_but_not_many(demo: Database) -> None:
    over = demo.read(lambda tx: len(keys_of(tx, queries.keys_sql(Query(view="over")))))
    assert 8 <= over <= 60


def test_the_first_project_is_worth_opening(demo: Database) -> None:
    def first(tx: Tx) -> int:
        keys: int = first_keys(tx, projects.keys_sql(Query(), demo.runtime), 1)[0]
        return keys

    key = demo.read(first)
    detail = demo.read(lambda tx: projects.detail(tx, key, OPERATOR))
    assert detail.row.name == "aero-acoustics.uni"
    assert len(detail.members) >= 5
    assert [brief.state for brief in detail.applications] == ["approved", "denied", "approved"]
    assert max(row.usage / row.limit for row in detail.pool if row.limit) > 0.9
    assert any(row.pending for row in detail.pool)
    assert not any(row.usage > row.limit for row in detail.pool)


def test_the_first_application_takes_memory_from_three(queue: dict[str, ApplicationReview]) -> None:
    first = next(iter(queue.values()))
    assert first.application.id == FIRST_WAITING == 417
    assert first.project.realname == "hpc-climate.uni"
    assert first.approve
    over = {i.holder: (i.before, i.after, i.usage) for i in first.approve.going_over if i.holder}
    assert over == {
        "ada@uni.example": (32 * GIB, 0, 24 * GIB),
        "bo@uni.example": (48 * GIB, 16 * GIB, 40 * GIB),
        "dee@uni.example": (64 * GIB, 32 * GIB, 56 * GIB),
    }
    assert len(first.approve.touched) == 1
    vm = next(row for row in first.pool if _is(row, "cyclades.vm"))
    assert (vm.usage, vm.pending, vm.limit) == (17, 1, 20)
    assert [brief.state for brief in first.history] == ["approved", "denied", "approved"]


def _is(row: QuotaRow, resource: str) -> bool:
    return row.is_pool and row.resource == resource


def test_the_queue_asks_every_kind_of_question(queue: dict[str, ApplicationReview]) -> None:
    new = {name for name, review in queue.items() if review.is_new}
    assert len(new) >= 4
    assert queue["genomics-core.uni"].approve
    assert not queue["genomics-core.uni"].approve.going_over
    assert queue["teaching-101.uni"].approve
    assert any("suspended" in text for text in queue["teaching-101.uni"].approve.warnings)
    assert queue["old-bio.uni"].approve
    assert any("terminated" in text for text in queue["old-bio.uni"].approve.warnings)
    assert queue["astro-sim.uni"].application.applicant != queue["astro-sim.uni"].project.owner
    assert not all(check.ok for check in queue["hack-week.uni"].checks)
    assert queue["deep-ocean.uni"].pending_apps == (3, 3)
    lattice = queue["lattice-qcd.uni"].application
    assert lattice.max_members == UNLIMITED


def test_one_name_is_taken(demo: Database) -> None:
    number = demo.read(projects.queue)[6]
    review = demo.read(lambda tx: projects.review(tx, number, OPERATOR))
    assert review.project.realname == "urban-air.uni"
    assert review.approve is None
    assert "urban-air.uni" in review.refusal


@pytest.mark.slow
def test_it_can_be_multiplied(tmp_path: Path) -> None:
    db = database(in_files(tmp_path))
    report = load(db, generate(1, NOW, scale=3))
    single = sum(1 for _ in generate(1, NOW).holdings)
    assert report.counts["holdings"] > 2.5 * single
    assert db.read(lambda tx: list(findings(tx))) == []
    assert db.read(projects.queue)[0] == FIRST_WAITING
    fresh = db.write(lambda tx: tx.next_id("application"))
    assert fresh > figures(db, "SELECT max(id) FROM application")
    db.close()


def test_multiplying_costs_no_memory() -> None:
    """A world of millions is told from its beginning without being made."""
    world = generate(1, NOW, scale=1000)
    assert len(list(islice(world.holdings, 20_000))) == 20_000


def test_it_starts_without_what_only_the_outside_needs() -> None:
    """The demo is on the screen before pydantic or an HTTP client could be imported."""
    program = (
        "import sys, backend.demo, backend.world, backend.embedded;"
        "sys.exit(bool({'pydantic', 'httpx', 'starlette'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
