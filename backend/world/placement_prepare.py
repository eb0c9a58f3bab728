"""From the placement section of a file to the records that a database lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from backend.core.database.tx import Tx
from backend.decode import Path, nearest, refuse
from backend.placement.model import UNTYPED, Consumer, Provider, Stock
from backend.placement.rules.names import CUSTOM, standard_classes, standard_traits
from backend.world import placement_read as read
from backend.world.check import Names, once
from backend.world.convert import moment
from backend.world.model import UNKNOWN, ConsumerEntry, ProviderEntry
from backend.world.placement_format import (
    ConsumerFile,
    DatesFile,
    InventoryFile,
    PlacementFile,
    ProviderFile,
)
from backend.world.present import same

SECTION = "placement"
PROVIDERS: Path = (SECTION, "resource_providers")


@dataclass(frozen=True, slots=True)
class There:
    """What a database has already."""

    classes: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    providers: Mapping[str, ProviderEntry] = field(default_factory=dict)
    consumers: Mapping[str, ConsumerEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lacking:
    """What it lacks."""

    classes: list[str]
    traits: list[str]
    providers: list[ProviderEntry]
    consumers: list[ConsumerEntry]


def there(tx: Tx) -> There:
    """Read what is there."""
    return There(
        frozenset(read.classes(tx)),
        frozenset(read.traits(tx)),
        {entry.provider.uuid: entry for entry in read.providers(tx)},
        {entry.consumer.uuid: entry for entry in read.consumers(tx)},
    )


def prepare(file: PlacementFile, found: There, now: int) -> Lacking:
    """The records to write. Raises Invalid about the file, Conflict where the database differs."""
    return _Preparation(file, found, now).lacking()


class _Preparation:
    """One section against one database."""

    def __init__(self, file: PlacementFile, found: There, now: int) -> None:
        self._file = file
        self._there = found
        self._now = now
        self._parents = {u: e.provider.parent for u, e in found.providers.items()}
        self._parents |= {p.uuid: p.parent_provider_uuid or "" for p in file.resource_providers}
        self._stocked = {u: frozenset(e.inventories) for u, e in found.providers.items()}
        self._stocked |= {p.uuid: frozenset(p.inventories) for p in file.resource_providers}

    def lacking(self) -> Lacking:
        """Everything that is new."""
        self._check_names()
        return Lacking(
            [c.name for c in self._file.resource_classes if c.name not in self._there.classes],
            [name for name in self._file.traits if name not in self._there.traits],
            list(self._providers()),
            list(self._consumers()),
        )

    def _check_names(self) -> None:
        file, mine = self._file, self._there.providers.values()
        once((SECTION, "resource_classes"), ((c.name, "name") for c in file.resource_classes))
        once((SECTION, "traits"), ((name, "") for name in file.traits))
        once(PROVIDERS, ((p.uuid, "uuid") for p in file.resource_providers))
        names = Names({entry.provider.name: entry.provider.uuid for entry in mine})
        for n, one in enumerate(file.resource_providers):
            names.claim(one.name, one.uuid, (*PROVIDERS, n, "name"))
        for n, resource_class in enumerate(file.resource_classes):
            at: Path = (SECTION, "resource_classes", n, "name")
            _check_own(resource_class.name, frozenset(standard_classes()), at)
        for n, name in enumerate(file.traits):
            _check_own(name, standard_traits(), (SECTION, "traits", n))

    def _providers(self) -> Iterator[ProviderEntry]:
        classes = self._there.classes | {c.name for c in self._file.resource_classes}
        classes |= frozenset(standard_classes())
        traits = self._there.traits | set(self._file.traits) | standard_traits()
        for n, one in enumerate(self._file.resource_providers):
            at: Path = (*PROVIDERS, n)
            for name, stock in one.inventories.items():
                _check_known(name, classes, (*at, "inventories", name), "resource_classes")
                _check_stock(stock, (*at, "inventories", name))
            for k, name in enumerate(one.traits):
                _check_known(name, traits, (*at, "traits", k), "traits")
            once((*at, "traits"), ((name, "") for name in one.traits))
            once((*at, "aggregates"), ((uuid, "") for uuid in one.aggregates))
            root = self._root(one, at)
            mine = self._there.providers.get(one.uuid)
            if mine is None or not same(one, read.provider_object(mine), at):
                yield self._provider(one, root)

    def _root(self, one: ProviderFile, at: Path) -> str:
        """The end of the way up."""
        path, uuid = (*at, "parent_provider_uuid"), one.uuid
        seen = {uuid}
        while parent := self._parents[uuid]:
            if parent not in self._parents:
                hint = nearest(parent, self._parents)
                refuse(path, parent, "is no provider of this world", hint)
            if parent in seen:
                told = one.parent_provider_uuid
                refuse(path, told, "leads back to itself", "choose another parent, or null")
            seen.add(parent)
            uuid = parent
        return uuid

    def _provider(self, one: ProviderFile, root: str) -> ProviderEntry:
        parent = one.parent_provider_uuid or ""
        stocks = {name: Stock(**stock.model_dump()) for name, stock in one.inventories.items()}
        provider = Provider(one.uuid, one.name, one.generation, parent, root)
        told = (stocks, tuple(one.traits), tuple(one.aggregates))
        return ProviderEntry(provider, *told, *self._dates(one.extra))

    def _dates(self, told: DatesFile) -> tuple[int, int]:
        created = moment(told.created, self._now)
        return created, moment(told.updated, created)

    def _consumers(self) -> Iterator[ConsumerEntry]:
        for uuid, one in self._file.allocations.items():
            at: Path = (SECTION, "allocations", uuid)
            self._check_shares(one, at)
            mine = self._there.consumers.get(uuid)
            if mine is None or not same(one, read.consumer_object(mine), at):
                yield self._consumer(uuid, one)

    def _check_shares(self, one: ConsumerFile, at: Path) -> None:
        for provider, share in one.allocations.items():
            path: Path = (*at, "allocations", provider)
            stocked = self._stocked.get(provider)
            if stocked is None:
                hint = nearest(provider, self._stocked)
                refuse(path, provider, "is no provider of this world", hint)
            for name, amount in share.resources.items():
                if name not in stocked:
                    told = "but the provider has no inventory of it"
                    refuse((*path, "resources", name), amount, told, "give it one")

    def _consumer(self, uuid: str, one: ConsumerFile) -> ConsumerEntry:
        kind = UNTYPED if one.consumer_type == UNKNOWN else one.consumer_type
        held = {p: dict(share.resources) for p, share in one.allocations.items()}
        told = (one.project_id, one.user_id, kind, one.consumer_generation, held)
        return ConsumerEntry(Consumer(uuid, *told), *self._dates(one.extra))


def _check_own(name: str, standard: frozenset[str], at: Path) -> None:
    if name not in standard and not CUSTOM.fullmatch(name):
        hint = "write CUSTOM_ and then A to Z, 0 to 9 and _"
        refuse(at, name, "is neither a standard one nor a custom one", hint)


def _check_known(name: str, known: frozenset[str], at: Path, section: str) -> None:
    if name not in known:
        hint = f"add it to placement.{section}, or {nearest(name, known)}"
        refuse(at, name, "is not in this world", hint)


def _check_stock(stock: InventoryFile, at: Path) -> None:
    if stock.reserved > stock.total:
        hint = f"at most the total {stock.total}"
        refuse((*at, "reserved"), stock.reserved, "is more than there is", hint)
