"""From the nico section of a file to the records that a database lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.database.tx import Tx
from backend.core.errors import Invalid
from backend.decode import Path, decode, nearest, refuse
from backend.nico.rules.carve import Net, net
from backend.world import nico_convert as convert
from backend.world import nico_read
from backend.world.check import Names, once
from backend.world.nico_format import (
    BlockFile,
    GivenFile,
    NicoFile,
    PrefixFile,
)
from backend.world.nico_model import NicoWorld
from backend.world.present import same

SECTION, MACHINES = "nico", "InstanceType"
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "tenant_accounts": {"infrastructure_provider_id": "infrastructure_providers"},
    "sites": {"infrastructure_provider_id": "infrastructure_providers"},
    "instance_types": {"infrastructure_provider_id": "infrastructure_providers",
                       "site_id": "sites"},
    "machines": {"site_id": "sites", "instance_type_id": "instance_types"},
    "ip_blocks": {"infrastructure_provider_id": "infrastructure_providers", "site_id": "sites",
                  "tenant_id": "tenants"},
    "allocations": {"infrastructure_provider_id": "infrastructure_providers",
                    "site_id": "sites", "tenant_id": "tenants"},
    "instances": {"tenant_id": "tenants", "site_id": "sites",
                  "instance_type_id": "instance_types", "machine_id": "machines"},
    "subnets": {"tenant_id": "tenants", "ip_block_id": "ip_blocks"},
    "vpc_prefixes": {"tenant_id": "tenants", "ip_block_id": "ip_blocks"},
}  # fmt: skip
"""What keys refer to, where they are not null."""
UNIQUE: Mapping[str, Callable[[Any], object]] = {
    "infrastructure_providers": lambda one: one.org,
    "tenants": lambda one: one.org,
    "tenant_accounts": lambda one: (one.infrastructure_provider_id, one.tenant_org),
    "allocations": lambda one: (one.tenant_id, one.site_id, one.name),
    "instances": lambda one: one.machine_id,
}
"""What two objects may not have in common, None where it may be missing."""

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
        self._check()
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
        there = self.found.get(_alias(section), {})
        for n, one in enumerate(getattr(self.file, section)):
            mine = there.get(one.id)
            if mine is None or not same(one, mine, _path(section, n)):
                yield one

    def _every(self, section: str) -> dict[str, Any]:
        """What there is in the end, by id."""
        both: list[Any] = [*getattr(self.mine, section), *getattr(self.file, section)]
        return {one.id: one for one in both}

    def _check(self) -> None:
        for section in NicoFile.model_fields:
            told: Sequence[Any] = getattr(self.file, section)
            once(_path(section), ((one.id, "id") for one in told))
            for name, of in REFERENCES.get(section, {}).items():
                known = self._every(of).keys()
                for n, one in enumerate(told):
                    _check_in(known, getattr(one, name), (*_path(section, n), _key(name)))
            self._check_unique(section)
        self._check_blocks()
        self._check_allocations()
        for section in ("subnets", "vpc_prefixes"):
            self._check_prefixes(section)

    def _check_unique(self, section: str) -> None:
        name_of = UNIQUE.get(section)
        if name_of is None:
            return
        names = Names({name_of(one): one.id for one in getattr(self.mine, section)})
        for n, one in enumerate(getattr(self.file, section)):
            name = name_of(one)
            if name is not None:
                names.claim(name, one.id, _path(section, n))

    def _check_blocks(self) -> None:
        """Blocks are networks that lie in their parents, apart from each other; roots, in what
        may be reached from the same place."""
        known = {one.id: _net(one) for one in self.mine.ip_blocks}
        taken = _Taken()
        for one in self.mine.ip_blocks:
            taken.take(_where(one), known[one.id], ())
        for n, one in enumerate(self.file.ip_blocks):
            at = _path("ip_blocks", n)
            own, is_new = _checked(one, at), one.id not in known
            parent = one.extra.parent_id
            if parent is not None:
                _check_in(known.keys(), parent, (*at, "_bursar", "parentId"))
                _check_within(own, known[parent], one, at)
            if is_new:
                taken.take(_where(one), own, at)
            known[one.id] = own

    def _check_prefixes(self, section: str) -> None:
        blocks = self._every("ip_blocks")
        for n, one in enumerate(getattr(self.file, section)):
            at = _path(section, n)
            _check_within(_checked(one, at), _net(blocks[one.ip_block_id]), one, at)

    def _check_allocations(self) -> None:
        types, blocks = self._every("instance_types"), self._every("ip_blocks")
        derived = Names(
            {
                one.allocation_constraints[0].derived_resource_id: one.id
                for one in self.mine.allocations
            }
        )
        for n, one in enumerate(self.file.allocations):
            (what,) = one.allocation_constraints
            at: Path = (*_path("allocations", n), "allocationConstraints", 0)
            known = types if what.resource_type == MACHINES else blocks
            _check_in(known.keys(), what.resource_type_id, (*at, "resourceTypeId"))
            if what.resource_type != MACHINES:
                _check_derived(one, blocks, at)
                derived.claim(what.derived_resource_id, one.id, (*at, "derivedResourceId"))
        self._check_overlaps()

    def _check_overlaps(self) -> None:
        """Subnets and VPC prefixes of one block are apart from each other."""
        taken, sections = _Taken(), ("subnets", "vpc_prefixes")
        for section in sections:
            for one in getattr(self.mine, section):
                taken.take(one.ip_block_id, _net(one), ())
        for section in sections:
            mine = {one.id for one in getattr(self.mine, section)}
            for n, one in enumerate(getattr(self.file, section)):
                if one.id not in mine:
                    at = _path(section, n)
                    taken.take(one.ip_block_id, _checked(one, at), at)


class _Taken:
    """What is taken of blocks: no network may lie in another one."""

    def __init__(self) -> None:
        self._nets: dict[object, dict[Net, str]] = {}
        self._above: dict[object, set[Net]] = {}

    def take(self, where: object, one: Net, at: Path) -> None:
        """Raises Invalid when some of it is taken."""
        nets, above = self._nets.setdefault(where, {}), self._above.setdefault(where, set())
        wider = [one]
        while wider[-1].length > 0:
            wider.append(wider[-1].above)
        if one in above or any(each in nets for each in wider):
            refuse((*at, "prefix"), one.cidr, "is taken already", "choose another network")
        nets[one] = ""
        above.update(wider[1:])


def _where(one: BlockFile) -> object:
    """What a block may not share addresses in."""
    return one.extra.parent_id or (one.routing_type, one.infrastructure_provider_id, one.site_id)


def _alias(name: str) -> str:
    return NicoFile.model_fields[name].alias or name


def _key(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _path(section: str, *rest: int) -> Path:
    return (SECTION, _alias(section), *rest)


def _net(one: BlockFile | PrefixFile) -> Net:
    return net(one.prefix, one.prefix_length)


def _checked(one: BlockFile | PrefixFile, at: Path) -> Net:
    try:
        return _net(one)
    except Invalid as error:
        refuse((*at, "prefix"), one.prefix, f"cannot be: {error.message}", error.hint)


def _check_within(own: Net, parent: Net, one: BlockFile | PrefixFile, at: Path) -> None:
    if own.bits != parent.bits or not parent.holds(own):
        refuse((*at, "prefix"), one.prefix, f"is not within {parent.cidr}", "choose another one")


def _check_derived(one: GivenFile, blocks: Mapping[str, BlockFile], at: Path) -> None:
    (what,) = one.allocation_constraints
    carved = blocks.get(what.derived_resource_id or "")
    if carved is None or carved.extra.parent_id != what.resource_type_id:
        told = "is no block that was carved of resourceTypeId"
        hint = "name the one in ipBlocks, which has parentId"
        refuse((*at, "derivedResourceId"), what.derived_resource_id, told, hint)
    if carved.prefix_length != what.constraint_value:
        told = f"but the block that was carved is a /{carved.prefix_length}"
        refuse((*at, "constraintValue"), what.constraint_value, told, "make them equal")


def _check_in(known: Any, name: str | None, at: Path) -> None:
    if name is not None and name not in known:
        refuse(at, name, "is not in this world", nearest(name, known))
