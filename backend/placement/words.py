"""This room's journal entries in words: targets by name, and what is held by provider name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend.core.database.tx import Tx
from backend.core.journal import to_json
from backend.core.stored import object_of
from backend.core.telling import Facts

SELECT_NAMES = "SELECT uuid, name FROM provider WHERE uuid IN ({keys})"
BY_NAME = (
    "target IN (SELECT 'provider:' || uuid FROM provider WHERE fold LIKE ? ESCAPE '!')",
    """target IN (SELECT 'inventory:' || p.uuid || '/' || c.name
        FROM provider p CROSS JOIN resource_class c WHERE p.fold LIKE ? ESCAPE '!')""",
)
"""The entries about what a provider has, by its name."""
CONSUMER = "consumer:"


def targets(tx: Tx, ids: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """`kind:id` names in words, of ids by kind."""
    inventories = ids.get("inventory", [])
    uuids = [*ids.get("provider", []), *(id.partition("/")[0] for id in inventories)]
    names = _names(tx, uuids)
    words = {f"provider:{uuid}": name for uuid, name in names.items()}
    for id in inventories:
        uuid, _, resource_class = id.partition("/")
        if uuid in names:
            words[f"inventory:{id}"] = f"{resource_class} of {names[uuid]}"
    for kind in ("consumer", "resource_class", "trait"):
        words |= {f"{kind}:{id}": id for id in ids.get(kind, [])}
    return words


def told(tx: Tx, facts: Iterable[Facts]) -> list[Facts]:
    """The same, where what consumers hold is told amount by amount: `VCPU of node-1`."""
    found = list(facts)
    texts = {
        text: object_of(text)
        for target, *sides in found
        if target.startswith(CONSUMER)
        for text in sides
    }
    names = _names(tx, [uuid for facts in texts.values() for uuid in _held(facts)])
    words = {text: _flat(facts, names) for text, facts in texts.items() if _held(facts)}
    return [(target, words.get(old, old), words.get(new, new)) for target, old, new in found]


def _held(facts: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    """Amounts by provider."""
    found = object_of(str(facts.get("allocations", "")))
    return {uuid: part for uuid, part in found.items() if isinstance(part, dict)}


def _flat(facts: Mapping[str, object], names: Mapping[str, str]) -> str:
    others = {name: value for name, value in facts.items() if name != "allocations"}
    amounts = {
        f"{resource_class} of {names.get(uuid, uuid)}": amount
        for uuid, part in _held(facts).items()
        for resource_class, amount in part.items()
    }
    return to_json({**amounts, **others})


def _names(tx: Tx, uuids: Iterable[str]) -> dict[str, str]:
    return dict(tx.within(SELECT_NAMES, list(dict.fromkeys(uuids))))
