"""What holdings and pending commissions can be filtered by."""

from __future__ import annotations

from backend.core.filter.sql import (
    Field,
    Fields,
    Like,
    age,
    flag,
    number,
    percent,
    state,
    text,
    time,
)
from backend.core.listing import FieldSpec, Kind

# Whether the project's limit binds a member row `h` with its pool `p`; without a pool it does
# not. Written as headroom against headroom, since the sums could overflow.
POOL_BINDS = "p.lim < 9223372036854775807 AND p.lim - p.usage_max < h.lim - h.usage_max"
# As shown: a holder may always reach 0, and is over by no more than what he uses himself.
OVERDRAWN = f"{POOL_BINDS} AND p.lim - p.usage_max < -h.usage_max"
REACH = f"""CASE WHEN {OVERDRAWN} THEN 0
    WHEN {POOL_BINDS} THEN p.lim - p.usage_max + h.usage_max ELSE h.lim END"""
LEFT = f"""CASE WHEN {OVERDRAWN} THEN -h.usage_max WHEN {POOL_BINDS} THEN p.lim - p.usage_max
    WHEN h.lim = 9223372036854775807 THEN h.lim ELSE h.lim - h.usage_max END"""
SHARE = """CASE WHEN h.usage_max = 0 OR h.lim = 9223372036854775807 THEN 0.0
    WHEN h.lim <= 0 THEN 1000000.0 ELSE h.usage_max * 100.0 / h.lim END"""
TAKEN = "coalesce(p.usage_max - h.usage_max, 0)"
# Usage that a server does not show is neither much nor little; see `QuotaRow`.
OWN_KNOWN = "h.known = 1"
KNOWN = "(h.known = 1 AND coalesce(p.known, 1) = 1)"
UNPOOLED = "coalesce(p.lim, h.lim) = 9223372036854775807"
REACH_KNOWN = f"(h.source_id = 0 OR {UNPOOLED} OR {KNOWN})"
BOUND = f"({REACH_KNOWN} AND coalesce({POOL_BINDS}, 1 = 0))"
ROOM_KNOWN = f"""(({UNPOOLED} AND h.lim = 9223372036854775807)
    OR (h.known = 1 AND {REACH_KNOWN}))"""
OVER = """h.id IN (SELECT id FROM holding WHERE usage_max > lim UNION
    SELECT m.id FROM holding q JOIN holding m ON m.source_id = q.holder_id
        AND m.resource_id = q.resource_id
    WHERE q.usage_max > q.lim AND q.source_id = 0 AND m.usage_max > 0)"""
ODD = f"({TAKEN} < 0 AND {KNOWN} AND NOT {OVER})"
FULL = f"({LEFT} <= 0 AND h.lim > 0 AND {KNOWN} AND NOT {OVER} AND {TAKEN} >= 0)"
SOUND = f"(NOT {OVER} AND {KNOWN} AND {TAKEN} >= 0 AND NOT ({LEFT} <= 0 AND h.lim > 0))"
UNKNOWN = f"(NOT {KNOWN} AND NOT {OVER})"
PENDING_AMOUNT = "(h.usage_max - h.usage_min)"
PENDING = "h.id IN (SELECT holding_id FROM provision)"

BY_LABEL = "IN (SELECT id FROM holder WHERE fold LIKE ? ESCAPE '!')"
BY_NAME = "IN (SELECT id FROM holder WHERE lower(name) LIKE ? ESCAPE '!')"
BY_RESOURCE = "h.resource_id IN (SELECT id FROM resource WHERE lower(name) LIKE ? ESCAPE '!')"
# A person's base project has the person's uuid.
BASE = """IN (SELECT s.id FROM holder o JOIN holder s ON s.name = 'project:' || substr(o.name, 6)
    WHERE o.name LIKE 'user:%')"""

WITH_POOL = frozenset({"left", "eff", "taken", "bound", "odd", "full", "unknown", "state"})
"""The fields whose conditions speak of `p`."""
NARROWING = frozenset({"holder", "project"})
"""The fields that leave few rows when they are compared."""


def _resource(sql: str) -> tuple[Like, ...]:
    """By its whole name or by that without its service."""
    return Like(sql), Like(sql, head="%.")


STATES = {"over": OVER, "full": FULL, "odd": ODD, "unknown": UNKNOWN, "ok": SOUND}


def _holdings(project: str) -> Fields:
    """The fields of holdings whose project is the holder in this column."""
    holder = "(h.source_id <> 0 AND h.holder_id {})"
    holders = (
        Like(holder.format(BY_LABEL), folded=True),
        Like(holder.format(BY_NAME), "user:"),
    )
    projects = (
        Like(f"{project} {BY_LABEL}", folded=True),
        Like(f"{project} {BY_NAME}", "project:"),
    )
    words = (
        Like(f"h.holder_id {BY_LABEL}", folded=True),
        Like(f"h.source_id {BY_LABEL}", folded=True),
        Like(BY_RESOURCE),
    )
    return Fields(
        words,
        (
            text("holder", holders, "the person", "holder:ada", "user", "who"),
            text("project", projects, "the project", "project:hpc"),
            text("resource", _resource(BY_RESOURCE), "the resource, with or without its service",
                 "resource:vm", "res"),
            number("used", "h.usage_max", "what is taken, pending included", "used>=10G", "usage",
                   when=OWN_KNOWN),
            number("pending", PENDING_AMOUNT, "what is pending of it", "pending>1G", "pend",
                   when=OWN_KNOWN),
            number("limit", "h.lim", "the own limit", "limit<inf", "lim"),
            number("eff", REACH, "what can be had at most", "eff<4", "effective",
                   when=REACH_KNOWN),
            number("left", LEFT, "what can still be had", "left<=1G", "headroom",
                   when=ROOM_KNOWN),
            number("taken", TAKEN, "what others in the project use", "taken>0", "others",
                   when=KNOWN),
            percent("share", SHARE, "used of the own limit", "share>=90%", "percent",
                    when=OWN_KNOWN),
            state("state", STATES, "what the end of the row says", "state:over|full"),
            flag("over", OVER, "uses more than can be had"),
            flag("full", FULL, "nothing is left"),
            flag("odd", ODD, "uses more than its project knows of"),
            flag("unknown", UNKNOWN, "the server does not show what is used"),
            flag("pending", PENDING, "a commission is pending on it", "pend"),
            flag("bound", BOUND, "the project's limit binds, not the own", "proj"),
            flag("base", f"{project} {BASE}", "in the person's own base project", "system"),
        ),
        "h.id",
    )  # fmt: skip


MEMBERS = _holdings("h.source_id")
POOLS = _holdings("h.holder_id")

OVERDUE_MICROS = 300_000_000
PROVISIONS = "(SELECT count(*) FROM provision v WHERE v.serial = c.serial)"
_NAME = Like("lower(c.name) LIKE ? ESCAPE '!'")
_SERVICE = Like("lower(c.clientkey) LIKE ? ESCAPE '!'")


def _of_provision(condition: str) -> str:
    """Commissions with a provision `v` on a holding `h` like that."""
    return f"""c.serial IN (SELECT v.serial FROM provision v JOIN holding h
    ON h.id = v.holding_id WHERE {condition})"""


def _of_holder(condition: str, column: str, kind: str) -> tuple[Like, ...]:
    return (
        Like(_of_provision(f"{condition} AND h.{column} {BY_LABEL}"), folded=True),
        Like(_of_provision(f"{condition} AND h.{column} {BY_NAME}"), kind),
    )


_PEOPLE = _of_holder("h.source_id <> 0", "holder_id", "user:")
_PROJECTS = (
    *_of_holder("h.source_id <> 0", "source_id", "project:"),
    *_of_holder("h.source_id = 0", "holder_id", "project:"),
)
COMMISSIONS = Fields(
    (
        _NAME,
        _SERVICE,
        Like("CAST(c.serial AS TEXT) LIKE ? ESCAPE '!'"),
        Like(_of_provision(f"h.holder_id {BY_LABEL}"), folded=True),
        Like(_of_provision(BY_RESOURCE)),
    ),
    (
        number("serial", "c.serial", "its number", "serial:90211", "id"),
        age("age", "c.issued_at", "how long it has been pending", "age>5m"),
        time("issued", "c.issued_at", "when it was issued", "issued<today", "at"),
        time("expires", "c.expires_at", "when it ends by itself", "expires<10m", ahead=True),
        text("service", (_SERVICE,), "who issued it", "service:cyclades", "by"),
        text("name", (_NAME,), "what it is called", 'name:"server create"'),
        text("for", _PEOPLE, "a person whose quota it takes", "for:ada", "holder", "user"),
        text("project", _PROJECTS, "a project whose quota it takes", "project:hpc"),
        text("resource", _resource(_of_provision(BY_RESOURCE)), "a resource that it takes",
             "resource:vm", "res"),
        Field(
            FieldSpec("change", Kind.NUMBER, "one of its quantities", "change>=64G", ("quantity",)),
            _of_provision("v.quantity {op} ?"),
        ),
        number("prov", PROVISIONS, "how many provisions it has", "prov>2", "provisions"),
        flag("overdue", f"c.issued_at + {OVERDUE_MICROS} < ?", "pending for more than 5 minutes"),
        flag("expiring", "c.expires_at > 0", "ends by itself"),
    ),
    "c.serial",
)  # fmt: skip

_RESOURCE = "lower(r.name) LIKE ? ESCAPE '!'"
_ORIGIN = Like("lower(r.service_origin) LIKE ? ESCAPE '!'")
_TOLD = Like("lower(r.description) LIKE ? ESCAPE '!'")
DEFAULTS_KNOWN = "r.known = 1"
MEMBER_OVER = f"h.source_id <> 0 AND {OVER}"
RESOURCES = Fields(
    (Like(_RESOURCE), _ORIGIN, _TOLD),
    (
        text("name", _resource(_RESOURCE), "its name, with or without its service", "name:vm",
             "resource"),
        text("service", (_ORIGIN,), "the service that has it", "service:cyclades", "by"),
        number("base", "r.uplimit", "the default of base projects", "base<10G",
               "base_default", "uplimit", when=DEFAULTS_KNOWN),
        number("project", "r.project_default", "the default of other projects", "project=inf",
               "project_default", when=DEFAULTS_KNOWN),
        flag("bytes", "r.unit = 'bytes'", "counted in bytes"),
        flag("api", "r.api_visible = 1", "shown by the API"),
        flag("ui", "r.ui_visible = 1", "shown in the UI"),
        flag("hidden", "r.api_visible = 0", "not shown by the API"),
        flag("over", f"r.id IN (SELECT h.resource_id FROM holding h WHERE {MEMBER_OVER})",
             "somebody uses more than can be had"),
    ),
    "r.id",
)  # fmt: skip
