"""A scheduler that places servers in the demo world, moves them and takes them away again."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace

from backend.core.database import Database
from backend.core.errors import BursarError
from backend.core.identity import Actor, Role
from backend.core.usecase import execute
from backend.demo.cloud import CPU, FLAVOURS, GIB, RAM
from backend.demo.people import fresh_uuid
from backend.placement.model import Claim, ReplaceAllocations
from backend.placement.service import ROOM

SELECT_NODES = """
SELECT p.uuid FROM provider p WHERE p.parent_id = 0 AND (
    SELECT count(*) FROM inventory i JOIN resource_class c ON c.id = i.class_id
    WHERE i.provider_id = p.id AND c.name IN ('VCPU', 'MEMORY_MB')) = 2 ORDER BY p.id LIMIT ?"""
SELECT_OWNERS = """
SELECT p.external_id, u.external_id FROM consumer c JOIN consumer_project p ON p.id = c.project_id
JOIN consumer_user u ON u.id = c.user_id JOIN project o ON o.uuid = p.external_id
WHERE o.state = 'active' ORDER BY c.id LIMIT ?"""

MOST = 400
KEPT = 6
SCHEDULER = Actor("service:nova", Role.SERVICE, component="nova")


@dataclass(frozen=True, slots=True)
class Server:
    """Something that it placed, and what of it."""

    claim: Claim
    cores: int
    ram: int


class Moves:
    """One change at a time, the same ones for the same generator and world; what it placed goes
    again later."""

    def __init__(self, database: Database, rng: random.Random) -> None:
        self._database = database
        self._rng = rng
        nodes = database.read(lambda tx: tx.all(SELECT_NODES, (MOST,)))
        self._nodes: list[str] = [uuid for (uuid,) in nodes]
        self._owners = database.read(lambda tx: tx.all(SELECT_OWNERS, (MOST,)))
        self._servers: list[Server] = []
        self.counts: Counter[str] = Counter()

    def step(self) -> None:
        """Place, move or remove a server."""
        if not self._nodes or not self._owners:
            return
        roll = self._rng.random()
        if self._servers and (len(self._servers) >= KEPT or roll < 0.3):
            self._remove()
        elif self._servers and roll < 0.6:
            self._move()
        else:
            self._place()

    def _place(self) -> None:
        project, user = self._rng.choice(self._owners)
        cores, ram = self._rng.choice(FLAVOURS[:6])
        uuid = fresh_uuid(self._rng)
        claim = Claim(consumer=uuid, allocations={}, project=project, user=user,
                      consumer_type="INSTANCE", generation=None)  # fmt: skip
        server = Server(claim, cores, ram * GIB)
        if self._put("placed", server, self._rng.choice(self._nodes)):
            self._servers.append(replace(server, claim=replace(claim, generation=1)))

    def _move(self) -> None:
        n = self._rng.randrange(len(self._servers))
        server = self._servers[n]
        if self._put("moved", server, self._rng.choice(self._nodes)):
            self._servers[n] = replace(server, claim=_next(server.claim))

    def _put(self, what: str, server: Server, node: str) -> bool:
        held = {node: {CPU: server.cores, RAM: server.ram}}
        return self._write(what, replace(server.claim, allocations=held))

    def _remove(self) -> None:
        server = self._servers.pop(0)
        self._write("removed", replace(server.claim, allocations={}))

    def _write(self, what: str, claim: Claim) -> bool:
        command = ReplaceAllocations(actor=SCHEDULER, claims=[claim])
        try:
            self._database.write(lambda tx: execute(tx, ROOM, command, ""))
        except BursarError as error:
            self.counts[error.code] += 1
            return False
        self.counts[what] += 1
        return True


def _next(claim: Claim) -> Claim:
    """The claim with the generation that writing it once more leaves."""
    return replace(claim, generation=(claim.generation or 0) + 1)
