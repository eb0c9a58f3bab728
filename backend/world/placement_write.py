"""Records of Placement into a database, in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from backend.core.database.tx import Tx
from backend.placement.store.classes import INSERT_CLASS
from backend.placement.store.consumers import INSERT_PROJECT, INSERT_TYPE, INSERT_USER
from backend.placement.store.marks import INSERT_TRAIT
from backend.world.model import ConsumerEntry, ProviderEntry

SELECT_CLASS_IDS = "SELECT name, id FROM resource_class"
SELECT_TRAIT_IDS = "SELECT name, id FROM trait"
SELECT_PROVIDER_IDS = "SELECT uuid, id FROM provider"
SELECT_PROJECT_IDS = "SELECT external_id, id FROM consumer_project"
SELECT_USER_IDS = "SELECT external_id, id FROM consumer_user"
SELECT_TYPE_IDS = "SELECT name, id FROM consumer_type"
INSERT_PROVIDER = """
INSERT INTO provider (id, uuid, name, fold, generation, parent_id, root_id, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_STOCK = """
INSERT INTO inventory (id, provider_id, class_id, total, reserved, min_unit, max_unit, step_size,
    allocation_ratio, used, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)"""
INSERT_MARK = "INSERT INTO provider_trait (provider_id, trait_id) VALUES (?, ?)"
INSERT_GROUP = "INSERT INTO provider_aggregate (provider_id, uuid) VALUES (?, ?)"
INSERT_CONSUMER = """
INSERT INTO consumer (id, uuid, project_id, user_id, type_id, generation, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_SHARE = """
INSERT INTO allocation (consumer_id, provider_id, class_id, used, created_at)
VALUES (?, ?, ?, ?, ?)"""
ADD_USED = "UPDATE inventory SET used = used + ? WHERE provider_id = ? AND class_id = ?"


class PlacementImporter:
    """Writes records that refer to what is there already or comes earlier; providers may name
    parents that come later."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._classes: dict[str, int] = dict(tx.all(SELECT_CLASS_IDS))
        self._traits: dict[str, int] = dict(tx.all(SELECT_TRAIT_IDS))
        self._providers: dict[str, int] = dict(tx.all(SELECT_PROVIDER_IDS))
        self._projects: dict[str, int] = dict(tx.all(SELECT_PROJECT_IDS))
        self._users: dict[str, int] = dict(tx.all(SELECT_USER_IDS))
        self._types: dict[str, int] = dict(tx.all(SELECT_TYPE_IDS))
        self._used: Counter[tuple[int, int]] = Counter()

    def add_classes(self, part: Sequence[str]) -> None:
        """Resource classes."""
        self._name("resource_class", INSERT_CLASS, self._classes, part, dated=True)

    def add_traits(self, part: Sequence[str]) -> None:
        """Traits."""
        self._name("trait", INSERT_TRAIT, self._traits, part, dated=True)

    def _name(
        self,
        table: str,
        insert: str,
        known: dict[str, int],
        names: Iterable[str],
        *,
        dated: bool = False,
    ) -> None:
        """Give names rows that have none."""
        new = [name for name in dict.fromkeys(names) if name not in known]
        ids = self._tx.next_ids(table, len(new))
        more = (self._tx.now, self._tx.now) if dated else ()
        rows = [(id, name, *more) for id, name in zip(ids, new, strict=True)]
        self._tx.many(insert, rows)
        known.update((name, id) for id, name, *_ in rows)

    def number(self, entries: Iterable[ProviderEntry]) -> None:
        """Give providers their ids before any of them is written."""
        uuids = [entry.provider.uuid for entry in entries]
        ids = self._tx.next_ids("provider", len(uuids))
        self._providers.update(zip(uuids, ids, strict=True))

    def add_providers(self, part: Sequence[ProviderEntry]) -> None:
        """Providers with what is theirs."""
        tx, ids = self._tx, self._providers
        self.add_classes([name for entry in part for name in entry.inventories])
        self.add_traits([name for entry in part for name in entry.traits])
        tx.many(INSERT_PROVIDER, [self._row(entry) for entry in part])
        self._stock(part)
        marks = [(ids[e.provider.uuid], self._traits[name]) for e in part for name in e.traits]
        tx.many(INSERT_MARK, marks)
        groups = [(ids[e.provider.uuid], uuid) for e in part for uuid in e.aggregates]
        tx.many(INSERT_GROUP, groups)

    def _row(self, entry: ProviderEntry) -> tuple[object, ...]:
        one, ids = entry.provider, self._providers
        head = (ids[one.uuid], one.uuid, one.name, one.name.casefold(), one.generation)
        parent = ids[one.parent] if one.parent else 0
        return *head, parent, ids[one.root], entry.created_at, entry.updated_at

    def _stock(self, part: Sequence[ProviderEntry]) -> None:
        found = [(e, name, stock) for e in part for name, stock in e.inventories.items()]
        ids = self._tx.next_ids("inventory", len(found))
        rows = [
            (
                id,
                *(self._providers[entry.provider.uuid], self._classes[name]),
                *(stock.total, stock.reserved, stock.min_unit, stock.max_unit, stock.step_size),
                *(float(stock.allocation_ratio), entry.updated_at, entry.updated_at),
            )
            for id, (entry, name, stock) in zip(ids, found, strict=True)
        ]
        self._tx.many(INSERT_STOCK, rows)

    def add_consumers(self, part: Sequence[ConsumerEntry]) -> None:
        """Consumers with what they hold."""
        tx, told = self._tx, [entry.consumer for entry in part]
        projects, users = self._projects, self._users
        self._name("consumer_project", INSERT_PROJECT, projects, (one.project for one in told))
        self._name("consumer_user", INSERT_USER, users, (one.user for one in told))
        kinds = (one.consumer_type for one in told)
        self._name("consumer_type", INSERT_TYPE, self._types, kinds)
        ids = tx.next_ids("consumer", len(part))
        heads: list[tuple[object, ...]] = []
        shares: list[tuple[int, int, int, int, int]] = []
        for id, entry in zip(ids, part, strict=True):
            one, dates = entry.consumer, (entry.created_at, entry.updated_at)
            whose = (projects[one.project], users[one.user], self._types[one.consumer_type])
            heads.append((id, one.uuid, *whose, one.generation, *dates))
            shares += [(id, *share, entry.updated_at) for share in self._shares(entry)]
        tx.many(INSERT_CONSUMER, heads)
        tx.many(INSERT_SHARE, shares)

    def _shares(self, entry: ConsumerEntry) -> Iterable[tuple[int, int, int]]:
        for provider, amounts in entry.consumer.allocations.items():
            for name, used in amounts.items():
                place = (self._providers[provider], self._classes[name])
                self._used[place] += used
                yield *place, used

    def finish(self) -> None:
        """Count what consumers hold as used."""
        self._tx.many(ADD_USED, [(used, *place) for place, used in self._used.items()])
