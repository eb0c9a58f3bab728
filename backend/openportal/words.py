"""This room's journal entries in words: targets by name, usage and credits in node-hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.core import telling
from backend.core.database.tx import Tx
from backend.core.stored import object_of
from backend.core.telling import Facts, Named
from backend.openportal.model import node_hours
from backend.openportal.rules.identifiers import code_of

SELECT_ALLOCATIONS = """
SELECT a.uuid, a.name || ' on ' || s.name FROM portal_allocation a
JOIN portal_service s ON s.id = a.service_id WHERE a.uuid IN ({keys})"""
# What ended one tells all about it.
SELECT_ENDED = f"""
SELECT target, "before" FROM journal WHERE target IN ({{keys}}) AND {telling.ended("allocation")}"""
SELECT_PROJECTS = "SELECT uuid, name FROM portal_project WHERE uuid IN ({keys})"
SELECT_SERVICES = "SELECT uuid, name FROM portal_service WHERE uuid IN ({keys})"
SELECT_CUSTOMERS = "SELECT uuid, name FROM portal_customer WHERE uuid IN ({keys})"
SELECT_USERS = "SELECT uuid, username FROM portal_user WHERE uuid IN ({keys})"
SELECT_REMOTE = """
SELECT r.uuid, p.name || ' at ' || r.destination FROM portal_remote_project r
JOIN portal_project p ON p.id = r.project_id WHERE r.uuid IN ({keys})"""
NAMES = {
    "allocation": SELECT_ALLOCATIONS,
    "portal_project": SELECT_PROJECTS,
    "remote_project": SELECT_REMOTE,
}
BY_NAME = (
    "target IN (SELECT 'allocation:' || uuid FROM portal_allocation WHERE fold LIKE ? ESCAPE '!')",
    """target IN (SELECT 'portal_project:' || uuid FROM portal_project
        WHERE fold LIKE ? ESCAPE '!')""",
    """target IN (SELECT 'remote_project:' || r.uuid FROM portal_remote_project r
        JOIN portal_project p ON p.id = r.project_id WHERE p.fold LIKE ? ESCAPE '!')""",
)
"""The entries about allocations and projects, by their names."""
BY_NAME_OF_GONE = telling.by_name_of_gone("allocation")
"""Those about allocations that are not there any more."""
KINDS = ("allocation:", "award:", "remote_project:", "portal_project:", "portal_role:")
NAMED: Named = {
    "service": (SELECT_SERVICES,),
    "project": (SELECT_PROJECTS,),
    "customer": (SELECT_CUSTOMERS,),
    "user": (SELECT_USERS,),
}
IN_HUNDREDTHS = ("node_usage", "credits")


def targets(tx: Tx, ids: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """`kind:id` names in words, of ids by kind."""
    words = {
        f"{kind}:{uuid}": name
        for kind, sql in NAMES.items()
        for uuid, name in tx.within(sql, ids.get(kind, []))
    }
    gone = [f"allocation:{id}" for id in ids.get("allocation", [])]
    words |= _gone(tx, [target for target in gone if target not in words])
    words |= {f"award:{id}": id.replace(" ", " for ") for id in ids.get("award", [])}
    return words | _seats(tx, ids.get("portal_role", []))


def _gone(tx: Tx, targets: Sequence[str]) -> dict[str, str]:
    """Allocations that are not there any more, as they were in the end."""
    facts = {target: object_of(before) for target, before in tx.within(SELECT_ENDED, targets)}
    uuids = sorted({str(one.get("service")) for one in facts.values()})
    services: dict[str, str] = dict(tx.within(SELECT_SERVICES, uuids))
    return {target: _ended(one, services) for target, one in facts.items() if one}


def _ended(one: Mapping[str, Any], services: Mapping[str, str]) -> str:
    backend_id, other = str(one.get("backend_id") or ""), one.get("counterpart")
    code = code_of(backend_id, other and str(other), remote=bool(one.get("remote")))
    where = services.get(str(one.get("service")), "a service")
    return f"{one.get('name')} on {where} ({f'{code}, ' if code else ''}gone)"


def _seats(tx: Tx, ids: Sequence[str]) -> dict[str, str]:
    """Who is something where."""
    pairs = {id: id.partition("/")[::2] for id in ids}
    people: dict[str, str] = dict(tx.within(SELECT_USERS, [user for user, _ in pairs.values()]))
    places = [place for _, place in pairs.values()]
    names: dict[str, str] = dict(tx.within(SELECT_PROJECTS, places))
    names |= dict(tx.within(SELECT_CUSTOMERS, places))
    return {
        f"portal_role:{id}": f"{people.get(user, user)} in {names.get(place, place)}"
        for id, (user, place) in pairs.items()
    }


def told(tx: Tx, facts: Iterable[Facts]) -> list[Facts]:
    """The same, where this room's uuids are names and hundredths are node-hours."""
    return telling.told(tx, facts, KINDS, NAMED, _figure)


def _figure(name: str, value: object) -> object:
    if name in IN_HUNDREDTHS and isinstance(value, int):
        return node_hours(value)
    return value
