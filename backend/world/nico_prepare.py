"""From the nico section of a file to the records that a database lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.core.database.tx import Tx
from backend.decode import decode
from backend.world import nico_convert as convert
from backend.world import nico_read
from backend.world.nico_check import NicoChecker, path
from backend.world.nico_format import NicoFile
from backend.world.nico_model import NicoWorld
from backend.world.present import same

Objects = Mapping[str, Mapping[str, dict[str, object]]]


def there(tx: Tx) -> Objects:
    """Read what is there, as objects of a file, by section and id."""
    return {
        section: {str(one["id"]): one for one in objects}
        for section, objects in nico_read.sections(tx).items()
    }


def prepare(file: NicoFile, found: Objects, now: int) -> NicoWorld:
    """The records to write. Raises Invalid about the file, Conflict where the database differs."""
    mine = decode(NicoFile, {name: list(objects.values()) for name, objects in found.items()})
    return _Preparation(file, found, mine, now).lacking()


@dataclass(slots=True)
class _Preparation:
    """One section of a file against one database, of which `mine` is the same as `found`."""

    file: NicoFile
    found: Objects
    mine: NicoFile
    now: int

    def lacking(self) -> NicoWorld:
        """Everything that is new."""
        NicoChecker(self.file, self.mine).check()
        now, new = self.now, self._new
        subnets = [convert.prefix(one, is_subnet=True) for one in new("subnets")]
        vpc = [convert.prefix(one, is_subnet=False) for one in new("vpc_prefixes")]
        return NicoWorld(
            [convert.provider(one, now) for one in new("infrastructure_providers")],
            [convert.tenant(one, now) for one in new("tenants")],
            [convert.account(one, now) for one in new("tenant_accounts")],
            [convert.site(one, now) for one in new("sites")],
            [convert.instance_type(one, now) for one in new("instance_types")],
            [convert.machine(one) for one in new("machines")],
            [convert.block(one, now) for one in new("ip_blocks")],
            [convert.given(one, now) for one in new("allocations")],
            [convert.instance(one) for one in new("instances")],
            [*subnets, *vpc],
        )

    def _new(self, section: str) -> Iterator[Any]:
        _, alias = path(section)
        there = self.found.get(str(alias), {})
        for n, one in enumerate(getattr(self.file, section)):
            mine = there.get(one.id)
            if mine is None or not same(one, mine, path(section, n)):
                yield one
