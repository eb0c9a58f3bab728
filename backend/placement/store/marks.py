"""The SQL of traits and aggregates; standard traits have a row once a provider has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database.tx import Tx

SELECT_TRAITS = "SELECT name, updated_at FROM trait WHERE name IN ({keys}) ORDER BY name"
SELECT_ALL_TRAITS = "SELECT name, updated_at FROM trait ORDER BY name"
SELECT_ASSOCIATED = """
SELECT name FROM trait t WHERE EXISTS (SELECT 1 FROM provider_trait h WHERE h.trait_id = t.id)"""
COUNT_HAVING = """
SELECT count(*) FROM provider_trait WHERE trait_id = (SELECT id FROM trait WHERE name = ?)"""
INSERT_TRAIT = "INSERT INTO trait (id, name, created_at, updated_at) VALUES (?, ?, ?, ?)"
DELETE_TRAIT = "DELETE FROM trait WHERE name = ?"
SELECT_TRAITS_OF = """
SELECT t.name, t.updated_at FROM provider_trait h JOIN trait t ON t.id = h.trait_id
WHERE h.provider_id = (SELECT id FROM provider WHERE uuid = ?) ORDER BY t.name"""
INSERT_TRAIT_OF = """
INSERT INTO provider_trait (provider_id, trait_id)
VALUES ((SELECT id FROM provider WHERE uuid = ?), (SELECT id FROM trait WHERE name = ?))"""
DELETE_TRAITS_OF = """
DELETE FROM provider_trait WHERE provider_id = (SELECT id FROM provider WHERE uuid = ?)"""
SELECT_AGGREGATES_OF = """
SELECT uuid FROM provider_aggregate
WHERE provider_id = (SELECT id FROM provider WHERE uuid = ?) ORDER BY uuid"""
INSERT_AGGREGATE_OF = """
INSERT INTO provider_aggregate (provider_id, uuid)
VALUES ((SELECT id FROM provider WHERE uuid = ?), ?)"""
DELETE_AGGREGATES_OF = """
DELETE FROM provider_aggregate WHERE provider_id = (SELECT id FROM provider WHERE uuid = ?)"""


def traits(tx: Tx, names: Sequence[str] | None = None) -> Mapping[str, int]:
    """When each of these traits that has a row was last changed; of all without names."""
    if names is None:
        return dict(tx.all(SELECT_ALL_TRAITS))
    return dict(tx.within(SELECT_TRAITS, list(names)))


def associated(tx: Tx) -> frozenset[str]:
    """The traits that providers have."""
    return frozenset(name for (name,) in tx.all(SELECT_ASSOCIATED))


def having(tx: Tx, trait: str) -> int:
    """How many providers have this trait."""
    return int(tx.scalar(COUNT_HAVING, (trait,)))


def keep_traits(tx: Tx, names: Sequence[str]) -> None:
    """Give these traits rows if they have none."""
    known = traits(tx, names)
    for name in names:
        if name not in known:
            tx.execute(INSERT_TRAIT, (tx.next_id("trait"), name, tx.now, tx.now))


def delete_trait(tx: Tx, name: str) -> None:
    """Remove a trait that no provider has."""
    tx.execute(DELETE_TRAIT, (name,))


def traits_of(tx: Tx, provider: str) -> Mapping[str, int]:
    """The traits of a provider, and when each was last changed."""
    return dict(tx.all(SELECT_TRAITS_OF, (provider,)))


def set_traits(tx: Tx, provider: str, names: Sequence[str]) -> None:
    """Give a provider these traits and no others."""
    keep_traits(tx, names)
    tx.execute(DELETE_TRAITS_OF, (provider,))
    tx.many(INSERT_TRAIT_OF, [(provider, name) for name in names])


def aggregates_of(tx: Tx, provider: str) -> list[str]:
    """The aggregates of a provider."""
    return [uuid for (uuid,) in tx.all(SELECT_AGGREGATES_OF, (provider,))]


def set_aggregates(tx: Tx, provider: str, uuids: Sequence[str]) -> None:
    """Put a provider in these aggregates and no others."""
    tx.execute(DELETE_AGGREGATES_OF, (provider,))
    tx.many(INSERT_AGGREGATE_OF, [(provider, uuid) for uuid in uuids])
