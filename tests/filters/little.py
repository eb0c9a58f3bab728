"""Little worlds, odd ones included, written straight into a database in memory."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import lru_cache

from backend.core.database import Tx
from backend.core.database.schema import SQLITE_WORDS
from backend.core.database.sqlite.connection import FileConnection
from backend.core.runtime import Runtime, micros, moment
from backend.projects.model import MismatchRow
from backend.projects.store.mismatches import Findings
from backend.quotas.model import UNLIMITED
from backend.schema import STEPS
from tests.filters import nico, portals, stock
from tests.worlds import START

NOW = micros(START)
SECOND, DAY = 1_000_000, 86400 * 1_000_000
EMAILS = ("ada@uni.example", "Bo@Lab.Example", "a_b%c!@x", "größe@uni", "over@uni")
PROJECTS = ("hpc.lab", "Ärger", "GROSSE", "große sache", 'a"b|c', "full", "100%")
RESOURCES = ("cyclades.vm", "pithos.disk", "vm", "a_b.c!d")
TEXTS = ("fits the budget", "", "a b", "server create", 'say "hi"', "größe", "100%_!")
SERVICES = ("cyclades", "pithos", "a_b")
FIGURES = (0, 1, 2, 3, 5, 100, 1024, 10 << 30)
LIMITS = (0, 0, *FIGURES, 1 << 50, UNLIMITED - 1, UNLIMITED, UNLIMITED)
PAST = (0, 1, 30, 60, 299, 300, 301, 3600, 43200, 86400, 2 * 86400, 40 * 86400, 800 * 86400)
STATES = ("uninitialized", "active", "suspended", "terminated", "deleted")
DISPLAYS = ("Pending", "Active", "Suspended", "Terminated", "Denied", "Dismissed")
NAMES = (("Ada", "Lovelace"), ("Ösgür", "GROSS"), ("a_b%c", ""), ("", "großmann"), ("Bo", "Ada"))
STANDING = ((1, 1, 1, 0), (0, 1, 1, 0), (0, 1, 0, 0), (0, 0, 0, 0), (0, 1, 1, 1))
SEATS = ("accepted", "leave_requested", "suspended", "requested", "removed")


@dataclass(slots=True)
class Little:
    """A world: `names` tells what journal names stand for, `known` are texts in it."""

    tx: Tx
    known: tuple[str, ...] = ()
    names: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)
    members: dict[int, list[str]] = field(default_factory=dict)
    granted: dict[int, list[str]] = field(default_factory=dict)
    pending: set[int] = field(default_factory=set)
    places: dict[int, list[int]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    mismatches: dict[int, MismatchRow] = field(default_factory=dict)


@lru_cache(maxsize=64)
def little(seed: int) -> Little:
    """The world of this number."""
    conn = FileConnection(":memory:", isolation_level=None)
    for step in STEPS:
        for statement in step.statements(SQLITE_WORDS):
            conn.execute(statement)
    runtime = Runtime(lambda: moment(NOW), random.Random(seed))
    world = Little(Tx(conn, runtime, writable=True))
    maker = _Maker(world, runtime.rng)
    maker.people()
    maker.projects()
    maker.holdings()
    maker.commissions()
    people, projects = maker.uuids[: len(EMAILS)], maker.uuids[len(EMAILS) :]
    stock.fill(world.tx, runtime.rng, NOW, projects, people)
    world.names |= stock.named(world.tx)
    maker.journal()
    maker.mismatches()
    portals.fill(world.tx, runtime.rng, NOW)
    nico.fill(world.tx, runtime.rng, NOW)
    world.known = (*EMAILS, *PROJECTS, *RESOURCES, *TEXTS, *SERVICES, *maker.uuids, *maker.told)
    world.known += stock.KNOWN + portals.KNOWN + nico.KNOWN
    return world


class _Maker:
    """Fills one world; ids count from 1, holders are people and then projects."""

    def __init__(self, world: Little, rng: random.Random) -> None:
        self.world, self.rng = world, rng
        self.uuids: list[str] = []
        self.told: list[str] = ["#3", "project:", "ApproveApplication", "commission.issue"]

    def insert(self, table: str, *row: object) -> None:
        marks = ",".join("?" * len(row))
        self.world.tx.execute(f"INSERT INTO {table} VALUES ({marks})", row)

    def shown(self) -> int:
        """What a mirrored server does not show is rare."""
        return int(self.rng.random() < 0.8)

    def ago(self) -> int:
        return NOW - self.rng.choice(PAST) * SECOND + self.rng.choice((-1, 0, 0, 1))

    def ahead(self) -> int:
        return NOW + self.rng.choice(PAST) * SECOND + self.rng.choice((-1, 0, 0, 1))

    def people(self) -> None:
        for id, email in enumerate(EMAILS, start=1):
            uuid = f"{self.rng.getrandbits(16):04x}-{id}"
            self.uuids.append(uuid)
            first, last = NAMES[id - 1]
            fold = f"{first} {last}".strip().casefold()
            gone = self.rng.choice((0, self.ago()))
            standing = self.rng.choice(STANDING)
            admin = self.rng.randint(0, 1)
            told = (*standing, "", gone, admin, uuid, fold, self.shown())
            self.insert("person", id, uuid, email, first, last, *told)
            self.insert("holder", id, f"user:{uuid}", email, email.casefold())
            self.world.names[uuid] = self.world.names[f"user:{uuid}"] = [(email, False)]

    def projects(self) -> None:
        base = self.uuids[0]
        for id, name in enumerate((*PROJECTS, f"system:{base}"), start=1):
            is_base = name.startswith("system:")
            uuid = base if is_base else f"{self.rng.getrandbits(16):04x}-p{id}"
            self.uuids.append(uuid)
            self.project(id, uuid, name, is_base)
            self.insert("holder", len(EMAILS) + id, f"project:{uuid}", name, name.casefold())
            self.world.names[f"project:{uuid}"] = [(name, True)]

    def project(self, id: int, uuid: str, name: str, is_base: bool) -> None:
        rng = self.rng
        owner = None if is_base or rng.random() < 0.2 else rng.randint(1, len(EMAILS))
        app = rng.choice((0, 0, 3, 417))
        email = EMAILS[owner - 1] if owner else ""
        self.insert(
            "project", id, uuid, name, "", rng.choice(STATES), owner,
            rng.choice((self.ago(), self.ahead(), 0)), self.ago(), "", "", "closed", "closed",
            rng.choice(LIMITS), rng.randint(0, 1), int(is_base), app, 0, name.casefold(), email,
            rng.choice(DISPLAYS), app,
        )  # fmt: skip
        for resource in range(1, len(RESOURCES)):
            capacity = rng.choice((0, 5))
            self.insert("project_resource", id, resource, capacity, 0)
            if capacity:
                self.world.granted.setdefault(id, []).append(RESOURCES[resource - 1])
        for person in rng.sample(range(1, len(EMAILS) + 1), rng.randint(0, 3)):
            self.member(id, person, name)

    def member(self, project: int, person: int, name: str) -> None:
        id, state = 10 * project + person, self.rng.choice(SEATS)
        self.insert("membership", id, person, project, state, 1)
        email = EMAILS[person - 1]
        self.world.names[f"membership:{id}"] = [(email, False), (name, True)]
        if state in SEATS[:3]:
            self.world.members.setdefault(project, []).append(email)
            self.world.places.setdefault(person, []).append(project)
            if self.rng.random() < 0.3:
                choose = "UPDATE person SET default_project = ? WHERE id = ?"
                self.world.tx.execute(choose, (self.uuids[-1], person))

    def holdings(self) -> None:
        rng, first = self.rng, len(EMAILS) + 1
        for id, name in enumerate(RESOURCES, start=1):
            told = (rng.choice(TEXTS), "", rng.choice(SERVICES), rng.choice(("", "bytes")))
            shown = rng.choice(((0, 0), (1, 0), (1, 1)))
            defaults = (rng.choice(LIMITS), rng.choice(LIMITS))
            self.insert("resource", id, name, *told, *defaults, *shown, self.shown())
        pairs = [(first + p, 0) for p in range(len(PROJECTS) + 1)]
        pairs += [(u + 1, first + p) for u in range(len(EMAILS)) for p in range(len(PROJECTS) + 1)]
        id = 0
        for holder, source in pairs:
            for resource in rng.sample(range(1, len(RESOURCES) + 1), rng.randint(0, 4)):
                id += 1
                low, high = sorted(rng.choices((0, 0, 0, *FIGURES), k=2))
                known = self.shown()
                figures = (rng.choice(LIMITS), low * known, high * known, known)
                self.insert("holding", id, holder, source, resource, *figures)
        self.last = id

    def commissions(self) -> None:
        rng = self.rng
        for serial in rng.sample(range(1, 2000), 8):
            expires = rng.choice((0, self.ahead(), self.ago()))
            told = (rng.choice(TEXTS), rng.choice(SERVICES), self.ago(), expires, "")
            self.insert("commission", serial, *told)
            self.told.append(str(serial))
            for n in range(rng.randint(0, 3)):
                holding = rng.randint(1, self.last)
                self.world.pending.add(holding)
                self.insert("provision", serial, n, holding, rng.choice((-2, 1, 2, 1024)))

    def journal(self) -> None:
        rng = self.rng
        for id in range(1, 4):
            project = rng.randint(1, len(PROJECTS))
            applicant = rng.randint(1, 3)
            told = (id, project, applicant, "pending", 0, *[None] * 10)
            self.insert("application", *told, "", 0, "", "", 0, "", "")
            self.world.names[f"application:{id}"] = [(PROJECTS[project - 1], True)]
        targets = [*(name for name in self.world.names if ":" in name), "commission:7", "quotas"]
        actors = ["operator:op", "service:cyclades", *self.uuids[: len(EMAILS)]]
        actions = ("ApproveApplication", "commission.issue", "commission.accept", "a_b.sync",
                   "allocations.replace")  # fmt: skip
        for seq in range(1, 25):
            told = (rng.choice(actors), rng.choice(actions), rng.choice(targets), "{}", "{}")
            end = (rng.choice(TEXTS), rng.choice(("", "Req-1")), rng.choice(("done", "refused")))
            self.insert("journal", seq, self.ago(), *told, *end, b"")
            for n in range(rng.choice((0, 0, 1, 3))):
                self.insert("journal_change", seq, n, "limits", "{}", "{}")

    def mismatches(self) -> None:
        rng = self.rng
        for n, email in enumerate(EMAILS * 4):
            holder = rng.choice((("", ""), (email, self.uuids[n % len(EMAILS)])))
            project = rng.randrange(len(PROJECTS))
            place = (PROJECTS[project], self.uuids[len(EMAILS) + project])
            figures: list[int | None] = [rng.choice(LIMITS), rng.choice(LIMITS)]
            if rng.random() < 0.5:
                figures[rng.randint(0, 1)] = None
            key = n + 1 if figures[1] is not None else -1 - n
            row = MismatchRow(key, *holder, *place, rng.choice(RESOURCES), "", *figures)
            self.world.mismatches[key] = row
        self.world.findings.replace(self.world.mismatches.values())
