"""What is seen of a NICo becomes a world file that can be imported."""

from __future__ import annotations

import io
import json
from pathlib import Path

from backend.check import findings
from backend.core.database import open_database
from backend.core.listing import Query
from backend.embedded import open_embedded
from backend.remote import RemoteBackend
from backend.schema import STEPS
from backend.world import load
from tests.nico.cloud import B16, G100, T2
from tests.remote.nico import strange
from tests.remote.nico.conftest import Stand


def exported(stand: Stand, who: str = "admin") -> tuple[str, list[str]]:
    async def scene(backend: RemoteBackend) -> tuple[str, list[str]]:
        target = io.StringIO()
        lacking = await backend.export(target)
        return target.getvalue(), lacking

    return stand.play(scene, who=who)


def busy(stand: Stand) -> None:
    net = stand.cloud.give(B16, 24, name="net")
    stand.cloud.give(G100, 4, name="train")
    stand.cloud.give(G100, 2, T2, name="learn")
    stand.cloud.use(G100, 3)
    stand.cloud.hold(net, subnet=True)


def test_a_copy_has_what_was_given(stand: Stand, tmp_path: Path) -> None:
    busy(stand)
    stand.strange.turns.append(strange.newer)
    text, lacking = exported(stand)
    assert any("1 subnets and VPC prefixes" in one for one in lacking)
    assert any("routing that nobody knows" in one for one in lacking)
    database = open_database(tmp_path / "copy.db", STEPS)
    load(database, json.loads(text))
    assert database.read(lambda tx: list(findings(tx))) == []
    rows = database.read(
        lambda tx: tx.all("SELECT value, type_id > 0 FROM nico_constraint ORDER BY value")
    )
    assert [tuple(row) for row in rows] == [(2, 1), (4, 1), (24, 0)]
    assert database.read(lambda tx: tx.scalar("SELECT count(*) FROM nico_instance")) == 3
    database.close()


def test_what_a_tenant_sees_is_no_copy(stand: Stand, tmp_path: Path) -> None:
    busy(stand)
    text, lacking = exported(stand, "user")
    assert "left out" in lacking[0]
    backend = open_embedded(tmp_path / "copy.db")
    load(backend.database, json.loads(text))
    assert backend.database.read(lambda tx: tx.scalar("SELECT count(*) FROM nico_site")) == 0
    backend.shut()


def test_lists_are_read_again_after_a_copy(stand: Stand) -> None:
    busy(stand)

    async def scene(backend: RemoteBackend) -> list[str]:
        await backend.export(io.StringIO())
        (row,) = await backend.nico.constraints.page(Query("name:net"), 9)
        found = await backend.nico.constraint(row.key)
        return [one.called for one in found.prefixes]

    assert stand.play(scene) == ["something in 10.20.0.0/24"]
