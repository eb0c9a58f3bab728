"""What must hold in the nico section of a file before anything of it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.core.errors import Invalid
from backend.decode import Path, refuse
from backend.nico.model import Kind, Mode
from backend.nico.rules.carve import Net, net
from backend.world.check import Names, check_known, once
from backend.world.nico_format import BlockFile, ConstraintFile, GivenFile, NicoFile, PrefixFile

SECTION = "nico"
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
ALIKE: Mapping[str, Mapping[str, str]] = {
    "instance_types": {"site_id": "infrastructure_provider_id"},
    "ip_blocks": {"site_id": "infrastructure_provider_id"},
    "allocations": {"site_id": "infrastructure_provider_id"},
    "machines": {"instance_type_id": "site_id"},
    "instances": {"instance_type_id": "site_id", "machine_id": "site_id"},
}
"""By what they refer to, what objects have in common with it."""
UNIQUE: Mapping[str, Callable[[Any], object]] = {
    "infrastructure_providers": lambda one: one.org,
    "tenants": lambda one: one.org,
    "tenant_accounts": lambda one: (one.infrastructure_provider_id, one.tenant_org),
    "instance_types": lambda one: (one.site_id, one.name),
    "ip_blocks": lambda one: None if one.extra.parent_id else (one.site_id, one.name),
    "allocations": lambda one: (one.tenant_id, one.site_id, one.name),
    "instances": lambda one: one.machine_id,
}
"""What two objects may not have in common, None where they may."""
PREFIXES = ("subnets", "vpc_prefixes")
EQUAL = "make them equal"


class NicoChecker:
    """One section of a file beside what is in the database, both as objects of a file."""

    def __init__(self, file: NicoFile, mine: NicoFile) -> None:
        self._file = file
        self._mine = mine
        self._every: dict[str, dict[str, Any]] = {
            section: {one.id: one for told in (mine, file) for one in getattr(told, section)}
            for section in NicoFile.model_fields
        }
        """What there is in the end, by section and id."""

    def check(self) -> None:
        """Raise Invalid or Conflict about the first thing that cannot be."""
        for section in NicoFile.model_fields:
            once(path(section), ((one.id, "id") for one in getattr(self._file, section)))
            self._check_references(section)
            self._check_unique(section)
        self._check_ids()
        self._check_blocks()
        self._check_allocations()
        self._check_given()
        self._check_prefixes()
        self._check_whole()

    def _check_references(self, section: str) -> None:
        for name, of in REFERENCES.get(section, {}).items():
            known, alike = self._every[of], ALIKE.get(section, {}).get(name)
            for n, one in enumerate(getattr(self._file, section)):
                at, told = path(section, n), getattr(one, name)
                check_known(told, known.keys(), (*at, _key(name)))
                if alike and told is not None:
                    _check_alike(one, known[told], alike, f"is not that of {_key(name)}", at)

    def _check_unique(self, section: str) -> None:
        name_of = UNIQUE.get(section)
        if name_of is None:
            return
        names = Names({name_of(one): one.id for one in getattr(self._mine, section)})
        for n, one in enumerate(getattr(self._file, section)):
            name = name_of(one)
            if name is not None:
                names.claim(name, one.id, path(section, n))

    def _check_ids(self) -> None:
        """Constraints of all allocations have ids of their own, and so have all prefixes."""
        given = Names({_constraint(one).id: one.id for one in self._mine.allocations})
        for n, one in enumerate(self._file.allocations):
            given.claim(_constraint(one).id, one.id, (*_constraint_path(n), "id"))
        kinds = Names({one.id: _alias(each) for each in PREFIXES for one in self._mine_of(each)})
        for section in PREFIXES:
            for n, one in enumerate(getattr(self._file, section)):
                kinds.claim(one.id, _alias(section), (*path(section, n), "id"))

    def _mine_of(self, section: str) -> Sequence[Any]:
        found: Sequence[Any] = getattr(self._mine, section)
        return found

    def _check_blocks(self) -> None:
        """Blocks are networks that lie in their parents, apart from each other; roots, in what
        may be reached from the same place."""
        known = {one.id: one for one in self._mine.ip_blocks}
        taken = _Taken()
        for one in known.values():
            taken.take(_where(one), _net(one), ())
        for n, one in enumerate(self._file.ip_blocks):
            at = path("ip_blocks", n)
            own, is_new = _checked(one, at), one.id not in known
            if one.extra.parent_id is not None:
                _check_carved(one, known, at)
            elif one.tenant_id is not None:
                hint = "name the block that it was carved of as _bursar.parentId"
                refuse(
                    (*at, "tenantId"), one.tenant_id, "but it was carved of no other block", hint
                )
            if is_new:
                taken.take(_where(one), own, at)
            known[one.id] = one

    def _check_allocations(self) -> None:
        for n, one in enumerate(self._file.allocations):
            what, at = _constraint(one), _constraint_path(n)
            machines = Kind(what.resource_type) is Kind.MACHINES
            known = self._every["instance_types" if machines else "ip_blocks"]
            check_known(what.resource_type_id, known.keys(), (*at, "resourceTypeId"))
            if known[what.resource_type_id].site_id != one.site_id:
                told, hint = "is at another site", "name one of the allocation's site"
                refuse((*at, "resourceTypeId"), what.resource_type_id, told, hint)
            if machines:
                _check_machines(what, at)
            else:
                self._check_derived(one, n)

    def _check_derived(self, one: GivenFile, n: int) -> None:
        what, at = _constraint(one), _constraint_path(n)
        carved: BlockFile | None = self._every["ip_blocks"].get(what.derived_resource_id or "")
        if carved is None or carved.extra.parent_id != what.resource_type_id:
            told = "is no block that was carved of resourceTypeId"
            hint = "name the one in ipBlocks, which has parentId"
            refuse((*at, "derivedResourceId"), what.derived_resource_id, told, hint)
        if carved.prefix_length != what.constraint_value:
            told = f"but the block that was carved is a /{carved.prefix_length}"
            refuse((*at, "constraintValue"), what.constraint_value, told, EQUAL)
        where = path("allocations", n)
        if carved.tenant_id != one.tenant_id:
            told = f"but the block that was carved is of another tenant, {carved.tenant_id}"
            refuse((*where, "tenantId"), one.tenant_id, told, EQUAL)
        if carved.name != one.name:
            told = f"but the block that was carved is called {carved.name!r}"
            refuse((*where, "name"), one.name, told, EQUAL)

    def _check_given(self) -> None:
        """What was carved was given to somebody."""
        every = self._every["allocations"].values()
        given = {_constraint(one).derived_resource_id for one in every}
        for n, one in enumerate(self._file.ip_blocks):
            if one.extra.parent_id is not None and one.id not in given:
                hint = "list the allocation with it as derivedResourceId, or leave it out"
                told = "was carved for no allocation"
                refuse((*path("ip_blocks", n), "id"), one.id, told, hint)

    def _check_prefixes(self) -> None:
        """Subnets and VPC prefixes lie in what their tenants were given, apart from each other."""
        taken = _Taken()
        for section in PREFIXES:
            for one in self._mine_of(section):
                taken.take(one.ip_block_id, _net(one), ())
        for section in PREFIXES:
            mine = {one.id for one in self._mine_of(section)}
            for n, one in enumerate(getattr(self._file, section)):
                at, block = path(section, n), self._every["ip_blocks"][one.ip_block_id]
                if block.tenant_id != one.tenant_id:
                    told, hint = "is no block of the tenant", "name one that was carved for it"
                    refuse((*at, "ipBlockId"), one.ip_block_id, told, hint)
                own = _checked(one, at)
                _check_within(own, _net(block), one, at)
                if one.id not in mine:
                    taken.take(one.ip_block_id, own, at)

    def _check_whole(self) -> None:
        """Blocks say so when all of them is taken at once."""
        parts = self._parts()
        places = {one.id: path("ip_blocks", n) for n, one in enumerate(self._file.ip_blocks)}
        for id, block in self._every["ip_blocks"].items():
            where, says = parts.get((id, _net(block))), block.extra.full_grant
            if says == (where is not None):
                continue
            if id in places:
                told = "but nothing takes all of it" if says else "but all of it is taken at once"
                refuse((*places[id], "_bursar", "fullGrant"), says, told, EQUAL)
            if where:
                told = f"is all of block {block.name}, which is there and not given away whole"
                refuse((*where, "prefix"), _net(block).cidr, told, "choose a part of it")

    def _parts(self) -> Mapping[tuple[str, Net], Path]:
        """Where the file says what is taken of which block, nowhere where the database does."""
        found: dict[tuple[str, Net], Path] = {}
        for told in (self._mine, self._file):
            for section in ("ip_blocks", *PREFIXES):
                for n, one in enumerate(getattr(told, section)):
                    of = one.extra.parent_id if section == "ip_blocks" else one.ip_block_id
                    found[of or "", _net(one)] = path(section, n) if told is self._file else ()
        return found


class _Taken:
    """What is taken of blocks: no network may lie in another one."""

    def __init__(self) -> None:
        self._nets: dict[object, set[Net]] = {}
        self._above: dict[object, set[Net]] = {}

    def take(self, where: object, one: Net, at: Path) -> None:
        """Raises Invalid when some of it is taken."""
        nets, above = self._nets.setdefault(where, set()), self._above.setdefault(where, set())
        wider = [one]
        while wider[-1].length > 0:
            wider.append(wider[-1].above)
        if one in above or not nets.isdisjoint(wider):
            refuse((*at, "prefix"), one.cidr, "is taken already", "choose another network")
        nets.add(one)
        above.update(wider[1:])


def path(section: str, *rest: int) -> Path:
    """Where a section is in a file, or one of its objects."""
    return (SECTION, _alias(section), *rest)


def _constraint_path(n: int) -> Path:
    return (*path("allocations", n), "allocationConstraints", 0)


def _constraint(one: GivenFile) -> ConstraintFile:
    (found,) = one.allocation_constraints
    return found


def _alias(name: str) -> str:
    return NicoFile.model_fields[name].alias or name


def _key(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _where(one: BlockFile) -> object:
    """What a block may not share addresses in."""
    return one.extra.parent_id or (one.routing_type, one.infrastructure_provider_id, one.site_id)


def _net(one: BlockFile | PrefixFile) -> Net:
    return net(one.prefix, one.prefix_length)


def _checked(one: BlockFile | PrefixFile, at: Path) -> Net:
    try:
        return _net(one)
    except Invalid as error:
        refuse((*at, "prefix"), one.prefix, f"cannot be: {error.message}", error.hint)


def _check_alike(one: Any, other: Any, name: str, told: str, at: Path) -> None:
    own, wanted = getattr(one, name), getattr(other, name)
    if own != wanted:
        refuse((*at, _key(name)), own, f"{told}, {wanted}", EQUAL)


def _check_carved(one: BlockFile, known: Mapping[str, BlockFile], at: Path) -> None:
    """What was carved of a root is a part of it, and somebody's."""
    parent_id = one.extra.parent_id or ""
    where = (*at, "_bursar", "parentId")
    if parent_id not in known:
        hint = "list blocks after those that they were carved of"
        refuse(where, parent_id, "is no block before this one", hint)
    parent = known[parent_id]
    if parent.extra.parent_id is not None:
        refuse(where, parent_id, "was itself carved of another block", "name a root")
    if one.tenant_id is None:
        hint = "name the tenant of its allocation"
        refuse((*at, "tenantId"), None, "is missing in a block that was carved", hint)
    for name in ("site_id", "routing_type"):
        _check_alike(one, parent, name, "is not that of the block that it was carved of", at)
    _check_within(_net(one), _net(parent), one, at)


def _check_within(own: Net, parent: Net, one: BlockFile | PrefixFile, at: Path) -> None:
    if own.bits != parent.bits or not parent.holds(own):
        refuse((*at, "prefix"), one.prefix, f"is not within {parent.cidr}", "choose another one")


def _check_machines(what: ConstraintFile, at: Path) -> None:
    if what.derived_resource_id is not None:
        told = "but machines are not carved of anything"
        refuse((*at, "derivedResourceId"), what.derived_resource_id, told, "leave it out")
    if Mode(what.constraint_type) is not Mode.RESERVED:
        told = f"but machines are {Mode.RESERVED.value}"
        refuse((*at, "constraintType"), what.constraint_type, told, "leave it out")
