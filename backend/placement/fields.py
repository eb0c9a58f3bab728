"""What consumers, inventories and providers can be filtered by.

Conditions speak of `c`, `i` or `r` alone, whatever else a statement joins.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.filter.sql import (
    Field,
    Fields,
    Like,
    age,
    decimal,
    flag,
    number,
    percent,
    text,
    time,
)
from backend.core.listing import FieldSpec, Kind
from backend.placement.counts import OVER, PRODUCT
from backend.placement.model.entities import PLACEHOLDER

# Standard classes have fields by their names, which completion offers; all others begin so.
STANDARD = (
    "vcpu", "memory_mb", "disk_gb", "pci_device", "sriov_net_vf", "numa_socket", "numa_core",
    "numa_thread", "numa_memory_mb", "ipv4_address", "vgpu", "vgpu_display_head",
    "net_bw_egr_kilobit_per_sec", "net_bw_igr_kilobit_per_sec", "pcpu", "mem_encryption_context",
    "fpga", "pgpu", "net_packet_rate_kilopacket_per_sec",
    "net_packet_rate_egr_kilopacket_per_sec", "net_packet_rate_igr_kilopacket_per_sec",
)  # fmt: skip
CUSTOM = "custom_"

EXCESS = f"CASE WHEN {OVER} THEN i.used - {PRODUCT} ELSE 0 END"
SHARE = f"""CASE WHEN i.used = 0 THEN 0.0 WHEN {PRODUCT} <= 0 THEN 1000000.0
    ELSE i.used * 100.0 / {PRODUCT} END"""

PROVIDER_LIKE = "IN (SELECT id FROM provider WHERE fold LIKE ? ESCAPE '!')"
PROVIDER_UUID_LIKE = "IN (SELECT id FROM provider WHERE lower(uuid) LIKE ? ESCAPE '!')"
CLASS_LIKE = "IN (SELECT id FROM resource_class WHERE lower(name) LIKE ? ESCAPE '!')"


def _floor(figure: str) -> str:
    """The comparison of a figure without its decimals; engines round differently."""
    return f"""(SELECT CASE WHEN d.x >= 1 THEN 1 WHEN d.x >= 0 THEN 0 ELSE -1 END
        FROM (SELECT {figure} - ? AS x) d) {{op}} 0"""


def _ceiling(figure: str) -> str:
    return f"""(SELECT CASE WHEN d.x > 0 THEN 1 WHEN d.x > -1 THEN 0 ELSE -1 END
        FROM (SELECT {figure} - ? AS x) d) {{op}} 0"""


def _compared(name: str, sql: str, help: str, example: str, *aliases: str) -> Field:
    return Field(FieldSpec(name, Kind.NUMBER, help, example, aliases), sql)


def _providers(column: str) -> tuple[Like, Like]:
    """Those whose provider in this column, a condition with `{}`, is called so."""
    return (
        Like(column.format(PROVIDER_LIKE), folded=True),
        Like(column.format(PROVIDER_UUID_LIKE)),
    )


# ---------------------------------------------------------------- consumers

KNOWN = "c.known = 1"
_HELD = "c.id IN (SELECT a.consumer_id FROM allocation a WHERE {})"
_AMOUNT = """(SELECT coalesce(sum(a.used), 0) FROM allocation a
    JOIN resource_class k ON k.id = a.class_id WHERE a.consumer_id = c.id AND k.name = {})"""
MEASURE = f"""(SELECT coalesce(sum(a.used), 0) FROM allocation a
    WHERE a.consumer_id = c.id AND a.class_id {CLASS_LIKE})"""
"""How much a consumer holds of the classes with this pattern."""
_COUNT = "(SELECT count(DISTINCT a.provider_id) FROM allocation a WHERE a.consumer_id = c.id)"
_CONSUMER = Like("lower(c.uuid) LIKE ? ESCAPE '!'")
_PROJECTS = (
    Like(f"""({KNOWN} AND c.project_id IN (SELECT id FROM consumer_project
        WHERE lower(external_id) LIKE ? ESCAPE '!'))"""),
    Like(f"""({KNOWN} AND c.project_id IN (SELECT p.id FROM consumer_project p
        JOIN project o ON o.uuid = p.external_id AND o.is_base = 0
        WHERE o.fold LIKE ? ESCAPE '!'))""", folded=True),
)  # fmt: skip
_USERS = (
    Like(f"""({KNOWN} AND c.user_id IN (SELECT id FROM consumer_user
        WHERE lower(external_id) LIKE ? ESCAPE '!'))"""),
    Like(f"""({KNOWN} AND c.user_id IN (SELECT u.id FROM consumer_user u
        JOIN person o ON o.uuid = u.external_id WHERE lower(o.email) LIKE ? ESCAPE '!'))"""),
)
_TYPE = Like(f"""({KNOWN} AND c.type_id IN (SELECT id FROM consumer_type
    WHERE CASE WHEN id = 0 THEN 'unknown' ELSE lower(name) END LIKE ? ESCAPE '!'))""")
_NO_TYPE = tuple(
    Like(f"({KNOWN} AND c.type_id = 0 AND '{word}' LIKE ? ESCAPE '!')")
    for word in ("untyped", "none")
)
_HOLDS = Like(_HELD.format(f"a.class_id {CLASS_LIKE}"))
_FROM = _providers(_HELD.format("a.provider_id {}"))
_IN_EXCESS = f"""c.id IN (SELECT a.consumer_id FROM inventory i JOIN allocation a
    ON a.provider_id = i.provider_id AND a.class_id = i.class_id WHERE {OVER})"""
_UNOWNED = f"""({KNOWN} AND c.project_id IN (SELECT id FROM consumer_project
    WHERE external_id = '{PLACEHOLDER}'))"""
_LINKED = f"""({KNOWN} AND c.project_id IN (SELECT p.id FROM consumer_project p
    JOIN project o ON o.uuid = p.external_id AND o.is_base = 0))"""


def _amount(name: str) -> Field:
    return number(name, _AMOUNT.format(f"'{name.upper()}'"), f"how much {name.upper()} it holds",
                  f"{name}>4")  # fmt: skip


CONSUMERS = Fields(
    (_CONSUMER, *_PROJECTS, _TYPE, _HOLDS, _FROM[0]),
    (
        text("consumer", (_CONSUMER,), "its uuid", "consumer:5a1c", "uuid", "id"),
        text("project", _PROJECTS, "the project, by its id or name here", "project:hpc"),
        text("user", _USERS, "the user, by id or address here", "user:ada", "holder"),
        text("type", (_TYPE, *_NO_TYPE), "its type; unknown, untyped or none without one",
             "type:instance", "state"),
        text("class", (_HOLDS,), "a class that it holds", "class:vcpu", "res", "resource"),
        text("provider", _FROM, "a provider that it holds something of", "provider:node-1",
             "where"),
        number("providers", _COUNT, "how many providers that is", "providers>1"),
        number("gen", "c.generation", "how often it was written", "gen>10", "generation",
               when=KNOWN),
        age("age", "c.created_at", "how long it has been there", "age>30d"),
        time("created", "c.created_at", "when it came", "created<today"),
        *map(_amount, STANDARD),
        Field(
            FieldSpec(CUSTOM, Kind.NUMBER, "how much of a custom class it holds",
                      "custom_gpu>=1", prefix=True),
            f"{_AMOUNT.format('upper(?)')} {{op}} ?",
        ),
        flag("untyped", f"({KNOWN} AND c.type_id = 0)", "it has no type"),
        flag("placeholder", _UNOWNED, "its project is the one of writes without any"),
        flag("linked", _LINKED, "its project is known here"),
        flag("over", _IN_EXCESS, "holds something of which more is used than there is"),
        flag("unread", f"NOT {KNOWN}", "the server has not said yet whose it is"),
    ),
    "c.id",
)  # fmt: skip


def measured(text: str, specs: Sequence[FieldSpec]) -> str:
    """The pattern of the classes by whose amounts consumers are ordered: the one that a filter
    of these fields names, else VCPU. Raises Invalid."""
    from backend.core.filter import Compare, Op, Word, parse
    from backend.core.filter.conditions import pattern

    for term in parse(text, specs).terms:
        test = term.test
        if not isinstance(test, Compare) or term.negated:
            continue
        if test.field == "class" and isinstance(test.values[0], Word):
            return pattern(_HOLDS, test.values[0], test.op)
        if test.field in STANDARD or test.field.startswith(CUSTOM):
            return pattern(_HOLDS, Word(test.field), Op.IS)
    return pattern(_HOLDS, Word(STANDARD[0]), Op.IS)


# ---------------------------------------------------------------- inventories

_OF = _providers("i.provider_id {}")
_IN_TREE = _providers("i.provider_id IN (SELECT id FROM provider WHERE root_id {})")
_CLASS = Like(f"i.class_id {CLASS_LIKE}")
INVENTORIES = Fields(
    (_OF[0], _CLASS),
    (
        text("provider", _OF, "whose it is", "provider:node-1", "name"),
        text("root", _IN_TREE, "the root of that provider", "root:node-1", "tree"),
        text("class", (_CLASS,), "what it is of", "class:vcpu", "resource", "res"),
        number("total", "i.total", "how much there is", "total>=64"),
        number("reserved", "i.reserved", "what is kept back of it", "reserved>0"),
        number("used", "i.used", "what is allocated", "used>0", "usage"),
        _compared("capacity", _floor(PRODUCT), "what may be allocated", "capacity>=64", "cap"),
        _compared("free", _floor(f"{PRODUCT} - i.used"), "what is left, less than 0 when over",
                  "free<4", "left"),
        _compared("over", _ceiling(EXCESS),
                  "how far usage exceeds the capacity", "over>8"),
        percent("share", SHARE, "how much of the capacity is used", "share>=90%", "use"),
        decimal("ratio", "i.allocation_ratio", "the allocation ratio", "ratio>1.5"),
        number("min", "i.min_unit", "the least that is allocated at once", "min>1", "min_unit"),
        number("max", "i.max_unit", "the most", "max<16", "max_unit"),
        number("step", "i.step_size", "in steps of", "step>1", "step_size"),
        flag("over", OVER, "more is used than may be"),
        flag("full", f"(NOT {OVER} AND i.used + 1 > {PRODUCT})", "nothing is left, and not over"),
        flag("idle", "i.used = 0", "nobody uses any"),
    ),
    "i.id",
)  # fmt: skip

# ---------------------------------------------------------------- providers

_NAME = Like("r.fold LIKE ? ESCAPE '!'", folded=True)
_UUID = Like("lower(r.uuid) LIKE ? ESCAPE '!'")
_HAS = "r.id IN (SELECT i.provider_id FROM inventory i WHERE {})"
_TRAIT = Like("""r.id IN (SELECT h.provider_id FROM provider_trait h JOIN trait t
    ON t.id = h.trait_id WHERE lower(t.name) LIKE ? ESCAPE '!')""")
_AGGREGATE = Like("""r.id IN (SELECT provider_id FROM provider_aggregate
    WHERE lower(uuid) LIKE ? ESCAPE '!')""")
_OFFERS = Like(_HAS.format(f"i.class_id {CLASS_LIKE}"))
OVERS = f"(SELECT count(*) FROM inventory i WHERE i.provider_id = r.id AND {OVER})"
HOLDERS = "(SELECT count(DISTINCT a.consumer_id) FROM allocation a WHERE a.provider_id = r.id)"
CLASSES = "(SELECT count(*) FROM inventory i WHERE i.provider_id = r.id)"
_LEFT = f"""(SELECT coalesce(max({PRODUCT} - i.used), 0) FROM inventory i
    JOIN resource_class k ON k.id = i.class_id WHERE i.provider_id = r.id AND k.name = {{}})"""
FULLEST = f"coalesce((SELECT max({SHARE}) FROM inventory i WHERE i.provider_id = r.id), 0)"


def _left(name: str) -> Field:
    figure = _floor(_LEFT.format(f"'{name.upper()}'"))
    return _compared(name, figure, f"how much {name.upper()} is left of it", f"{name}>=4")


PROVIDERS = Fields(
    (_NAME, _UUID),
    (
        text("name", (_NAME,), "its name", "name:node-1", "provider"),
        text("uuid", (_UUID,), "its uuid", "uuid:4e8e", "id"),
        text("parent", _providers("r.parent_id {}"), "the provider above", "parent:node-1"),
        text("root", _providers("r.root_id {}"), "the root of its tree", "root:node-1", "tree"),
        text("class", (_OFFERS,), "a class that it has an inventory of", "class:vcpu", "resource",
             "res"),
        text("trait", (_TRAIT,), "one of its traits", "trait:hw_cpu"),
        text("aggregate", (_AGGREGATE,), "the uuid of an aggregate it is in", "aggregate:9f1c",
             "agg"),
        number("gen", "r.generation", "how often it was written", "gen>100", "generation"),
        number("inventories", CLASSES, "how many inventories it has", "inventories=0"),
        number("consumers", HOLDERS, "how many hold something of it", "consumers>100"),
        number("over", OVERS, "of how many classes more is used than may be", "over>1"),
        percent("share", FULLEST, "its fullest inventory", "share>=90%", "use", "fullest"),
        *map(_left, STANDARD),
        Field(
            FieldSpec(CUSTOM, Kind.NUMBER, "how much of a custom class is left of it",
                      "custom_gpu>=1", prefix=True),
            _floor(_LEFT.format("upper(?)")),
        ),
        flag("root", "r.parent_id = 0", "it has no provider above"),
        flag("over", f"{OVERS} > 0", "of a class more is used than may be"),
        flag("idle", "NOT EXISTS (SELECT 1 FROM allocation a WHERE a.provider_id = r.id)",
             "nobody holds any of it"),
    ),
    "r.id",
)  # fmt: skip
