"""Little OpenPortals, what a mirror may not know included, and their rows as the judge sees
them."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from backend.allocations import fields, queries
from backend.allocations.model import KINDS, AllocationRow
from backend.core.database import Tx
from backend.core.filter import Word
from backend.core.filter.tree import Op
from backend.core.listing import FieldSpec, Kind
from backend.core.runtime import moment
from backend.nico.model import NicoRow
from backend.openportal import details
from backend.openportal import fields as own
from backend.openportal import queries as lists
from backend.openportal.model import (
    MOST,
    AwardRow,
    CodeRow,
    PortalProject,
    PortalRow,
    ProjectRow,
    RemoteProjectRow,
    ServiceRow,
    State,
)
from backend.placement.queries import consumer_rows
from tests.filters import nico, placement
from tests.filters.judge import Facts, Text
from tests.filters.placement import folded, plain
from tests.filters.stock import insert

SECOND = 1_000_000
CUSTOMERS = (("Größe", "", "GR"), ("Uni", "Université", "U_%"))
PROJECTS = (("Ärger", "a6b"), ("hpc.lab", None), ("GROSSE", "b7"), ("a_b%c!", "c"))
SERVICES = ("isambard", "Größe", "far")
CODES = ("", "a6b", "a6b", "B_7%")
LIMITS = (None, -1, 0, 1, 2, 100, 1024, MOST)
USAGES = (None, 0, 29, 100, 150, 25_000)
PAST = (0, 1, 60, 3600, 86400, 40 * 86400)
__all__ = ["LISTS", "ROWS", "facts", "fields", "fill", "queries"]
KNOWN = ("isambard", "a6b", "a6b.brics", "brics.a6b", "GR", "hpc.lab", "Slurm", "u6ac")
LISTS = {
    "codes": (own.CODES, lists.code_keys_sql),
    "services": (own.SERVICE_FIELDS, lists.service_keys_sql),
    "portal projects": (own.PROJECT_FIELDS, lists.project_keys_sql),
    "awards": (own.AWARDS, lists.award_keys_sql),
    "remote projects": (own.REMOTE_PROJECTS, lists.remote_project_keys_sql),
}
ROWS = ("allocations", *LISTS)


def fill(tx: Tx, rng: random.Random, now: int) -> None:
    """Fill one."""

    def ago() -> int:
        return now - rng.choice(PAST) * SECOND

    def uuid() -> str:
        return f"{rng.choice((0x5A1C, 0xF00)):04x}{rng.getrandbits(112):028x}"

    for id, names in enumerate(CUSTOMERS, start=1):
        insert(tx, "portal_customer", id, uuid(), *names, "\n".join(names).casefold(), now)
    for id, (name, short) in enumerate(PROJECTS, start=1):
        fold = f"{name}\n{short or ''}".casefold()
        told = (name, "", "", "", short, None, 0, fold, ago())
        insert(tx, "portal_project", id, uuid(), rng.randint(1, len(CUSTOMERS)), *told)
    for id, name in enumerate(SERVICES, start=1):
        state = (rng.choice(("OK", "ERRED")), "", 1, 0, rng.choice(("a.B", "a.c")))
        rest = ("NHR", 0, 0, "{}", name.casefold())
        insert(tx, "portal_service", id, uuid(), name, int(id == 3), *state, *rest)
    for id in range(1, 16):
        _allocation(tx, rng, id, uuid(), (ago(), ago()))
    for id in range(1, 7):
        code, where = rng.choice((("a.airr", "x_y"), ("B.airr", "Z")))
        stands = (rng.choice(("draft", "pending", "approved")), _award(rng, now))
        end = (rng.randint(0, 4), rng.choice(("", "Airr")), "", ago(), rng.choice((0, ago())))
        fold = f"{code}{id}\n{where}\nÖzean".casefold()
        insert(tx, "portal_award", id, f"{code}{id}", where, *stands, *end, "", "", fold)
    for id in range(1, 5):
        first = (rng.choice(("pending", "active", "error")), "", rng.choice(("", "9 NHR")), 0, "")
        then = (rng.choice((0, ago())), "", "open", None, "{}", "", now, ago())
        which = (uuid(), id % 5, rng.choice(("a.b", "A_c")), rng.choice(("", "u6ac.x")))
        insert(tx, "portal_remote_project", id, *which, *first, *then)


def _award(rng: random.Random, now: int) -> str:
    later = moment(now) + timedelta(days=rng.choice((-1, 1)))
    return json.dumps({"name": "Özean", "earliest_approve": later.isoformat()})


def _allocation(tx: Tx, rng: random.Random, id: int, uuid: str, times: tuple[int, int]) -> None:
    name = rng.choice(("Climate", "größe", "a_b%", "climate-a6b"))
    backend = rng.choice(("", "a6b.brics", "B_7%.x"))
    other = rng.choice((None, "", "brics.a6b", "u6ac.far"))
    fold = "\n".join((name, backend, other or "")).casefold()
    state = rng.choice((*State, State.OK, State.ERRED)).value
    figures = (rng.choice(LIMITS), rng.choice(USAGES), rng.choice((None, 0, 1)), 1)
    error = rng.choice(("", "Slurm said no", "größe_"))
    place = (rng.randint(1, 3), rng.randint(1, len(PROJECTS)))
    head = (id, uuid, rng.randint(0, 1), name, "", *place, state, "", backend, other)
    end = ("", 1, 1, "", rng.choice(CODES), fold, *times, times[1], None)
    insert(tx, "portal_allocation", *head, *figures, error, *end)
    if rng.random() < 0.5:
        insert(tx, "portal_association", id, uuid, id, rng.choice(("ada.a6b", "Bo_")), "", "")
    if rng.random() < 0.5:
        insert(tx, "portal_usage", id, id, 0, rng.choice(("ada.x", "Eve")), "", 2026, 11, 7)


@dataclass(frozen=True, slots=True)
class Part(Text):
    """A line of what is searched as one text, where letters in their order are looked for."""

    whole: str = ""

    def has(self, word: Word, op: Op | None) -> bool:
        """As the others; letters may be in other lines, too."""
        text = Text(self.whole if word.fuzzy else self.value, self.folded)
        return text.has(word, op)


def lines(*texts: str, first: int = 0) -> list[Text]:
    """Each line, from the `first` on."""
    whole = "\n".join(texts)
    return [Part(text, folded=True, whole=whole) for text in texts[first:]]


def facts(tx: Tx, name: str, keys: Sequence[int]) -> dict[int, Facts]:
    """The rows of a list by key."""
    if name == "allocations":
        return {key: allocation(tx, row) for key, row in queries.rows(tx, keys).items()}
    if name == "codes":
        return {key: code(tx, row) for key, row in lists.code_rows(tx, keys).items()}
    if name == "services":
        return {key: service(row) for key, row in lists.service_rows(tx, keys).items()}
    if name == "portal projects":
        return {key: project(tx, row) for key, row in lists.project_rows(tx, keys).items()}
    if name == "awards":
        return {key: award(tx, row) for key, row in lists.award_rows(tx, keys).items()}
    rows = lists.remote_project_rows(tx, keys)
    return {key: remote_project(tx, row) for key, row in rows.items()}


def allocation(tx: Tx, row: AllocationRow) -> Facts:
    """What a kind does not have is nothing, whatever it is compared with."""
    own, key = row.of, row.key // KINDS
    if isinstance(own, NicoRow):
        told = nico.allocation(tx, own)
    else:
        told = portal(tx, own) if isinstance(own, PortalRow) else consumer(tx, key)
    return _completed(replace(told, states={"kind": row.kind.value.lower(), **told.states}))


def _completed(told: Facts) -> Facts:
    texts, numbers, states = dict(told.texts), dict(told.numbers), dict(told.states)
    flags, times = dict(told.flags), dict(told.times)
    for spec in fields.SPECS:
        if spec.kind is Kind.TEXT:
            texts.setdefault(spec.name, [])
        elif spec.kind is Kind.FLAG:
            flags.setdefault(spec.name, False)
        elif spec.kind is Kind.STATE:
            states.setdefault(spec.name, "\0")
        elif spec.kind not in (Kind.TIME, Kind.AGE):
            numbers.setdefault(_name(spec), [])
    return replace(told, texts=texts, numbers=numbers, states=states, flags=flags, times=times)


def _name(spec: FieldSpec) -> str:
    return f"{spec.name}gpu" if spec.prefix else spec.name


def consumer(tx: Tx, key: int) -> Facts:
    """A consumer, which has other names here."""
    told = placement.consumer(tx, consumer_rows(tx, [key])[key])
    named = {"name": told.texts["consumer"], "uuid": told.texts["consumer"]}
    texts = {**told.texts, **named, "where": told.texts["provider"]}
    return replace(told, texts=texts)


def portal(tx: Tx, row: PortalRow) -> Facts:
    other = row.counterpart or ""
    detail = details.allocation(tx, row.key)
    (where,) = _projects(tx, row.project)
    limit = row.node_limit
    used = None if row.usage is None else row.usage / 100
    named = folded(where.name + "\n" + (where.shortname or ""))
    return Facts(
        search=folded(f"{row.name}\n{row.backend_id}\n{other}", row.service_name)
        + named
        + plain(row.state.value),
        texts={
            "name": lines(row.name, row.backend_id, other)[:1],
            "uuid": plain(row.uuid),
            "project": _project(where),
            "customer": _customer(tx, where.customer),
            "user": plain(
                *(one.username for one in detail.associations),
                *(one.username for one in detail.usages),
            ),
            "service": folded(row.service_name),
            "where": folded(row.service_name),
            "code": plain(row.code),
            "backend_id": plain(row.backend_id),
            "group": [] if row.remote else plain(other),
            "remote_id": plain(other) if row.remote else [],
            "error": plain(row.error_message),
        },
        numbers={
            "node": [] if limit is None else [MOST if limit < 0 else limit],
            "used": [] if used is None else [used],
            "share": _share(row.drawn, limit),
        },
        times={
            "age": row.created_at,
            "created": row.created_at,
            "modified": row.modified_at,
        },
        states={"state": row.state.value.lower()},
        flags={
            "erred": row.state is State.ERRED,
            "busy": row.state.busy,
            "waiting": bool(row.waits),
            "shared": row.sharing > 1 and limit is not None,
            "over": used is not None and limit is not None and 0 <= limit < used,
            "unlimited": limit == -1,
            "inactive": row.is_active is False,
        },
    )


def _share(used: int | None, limit: int | None) -> list[float]:
    if used is None or limit is None or limit < 0:
        return []
    return [used / limit] if limit else [1e9] if used else []


def _projects(tx: Tx, uuid: str) -> list[PortalProject]:
    ids = [id for (id,) in tx.all("SELECT id FROM portal_project WHERE uuid = ?", (uuid,))]
    return [row.project for row in lists.project_rows(tx, ids).values()]


def _project(one: PortalProject) -> list[Text]:
    named = lines(one.name, one.shortname or "")
    return [*(named if one.shortname else named[:1]), *plain(one.uuid)]


def _customer(tx: Tx, uuid: str) -> list[Text]:
    return lines(*tx.all("SELECT name, native_name, abbreviation FROM portal_customer "
                         "WHERE uuid = ?", (uuid,))[0])  # fmt: skip


def code(tx: Tx, row: CodeRow) -> Facts:
    (one,) = _projects(tx, row.project)
    return Facts(
        search=plain(row.code) + folded(f"{one.name}\n{one.shortname or ''}"),
        texts={
            "code": plain(row.code),
            "project": _project(one),
            "customer": _customer(tx, one.customer),
        },
        numbers={
            "services": [len(row.services)],
            "used": [row.usage / 100],
            "share": _share(row.usage, row.node_limit),
        },
        flags={
            "over": row.largest is not None and row.largest < row.usage / 100,
            "differs": row.node_limit is None,
        },
    )


def service(row: ServiceRow) -> Facts:
    one = row.service
    return Facts(
        search=folded(one.name) + plain(one.instance),
        texts={
            "name": folded(one.name),
            "uuid": plain(one.uuid),
            "instance": plain(one.instance),
        },
        numbers={"allocations": [row.allocations], "erred": [row.erred]},
        states={"state": one.state.value.lower()},
        flags={"erred": row.erred > 0, "remote": one.remote, "down": one.state is State.ERRED},
    )


def project(tx: Tx, row: ProjectRow) -> Facts:
    one = row.project
    customer = _customer(tx, one.customer)
    name = lines(one.name, one.shortname or "")
    whole = tx.scalar("SELECT fold FROM portal_customer WHERE uuid = ?", (one.customer,))
    return Facts(
        search=folded(f"{one.name}\n{one.shortname or ''}", whole),
        texts={
            "name": name[:1],
            "shortname": folded(one.shortname or ""),
            "uuid": plain(one.uuid),
            "customer": customer,
        },
        times={"created": one.created_at},
        flags={"unnamed": one.shortname is None},
    )


def award(tx: Tx, row: AwardRow) -> Facts:
    one = row.award
    fold = f"{one.identifier}\n{one.destination}\n{row.name}"
    return Facts(
        search=folded(fold) + plain(one.identifier, one.destination),
        texts={
            "identifier": plain(one.identifier),
            "destination": plain(one.destination),
            "project": [_project(became)[0] for became in _projects(tx, one.project)],
            "template": plain(one.template),
        },
        times={"age": one.created_at, "created": one.created_at, "reviewed": one.reviewed_at},
        states={"state": one.state.value},
        flags={"waiting": one.state == "pending", "attached": bool(one.project)},
    )


def remote_project(tx: Tx, row: RemoteProjectRow) -> Facts:
    one = row.remote_project
    its = next(iter(_projects(tx, one.project)), None)
    named = (its.name, its.shortname or "") if its else ()
    return Facts(
        search=folded("\n".join(named)) * bool(its) + plain(one.destination, one.identifier),
        texts={
            "project": lines(*named) if its else [],
            "destination": plain(one.destination),
            "identifier": plain(one.identifier),
        },
        times={"contact": one.last_contact_at, "modified": one.modified_at},
        states={"state": one.state.value},
        flags={
            "waiting": bool(one.pending_allocation) or one.state == "pending",
            "error": one.state == "error",
        },
    )
