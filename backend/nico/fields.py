"""What constraints, instance types and blocks can be filtered by; `ALLOCATIONS` are the fields of
allocations, which are offered together with those of other systems.

Conditions speak of a constraint `v` and its allocation `g`, of a type `y`, or of a block `z`.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.filter.sql import Field, Fields, Like, age, flag, number, state, text, time
from backend.nico.addresses import reaching

# ---------------------------------------------------------------- constraints

PREFIXES = "(SELECT count(*) FROM nico_prefix x WHERE x.block_id = v.derived_id)"
MACHINES, ADDRESSES = "v.type_id > 0", "v.type_id = 0"


class Figures:
    """The figures of a constraint. `pool` and `type` are how columns of its tenant's pool `h` and
    of its type `o` are had, with a place for them; `block` is 1 where it is known what is in use
    of what was carved."""

    def __init__(self, pool: str, type: str, block: str) -> None:
        own = f"coalesce({pool}, 0)"
        self.used = f"CASE WHEN {MACHINES} THEN {own.format('h.instances')} ELSE {PREFIXES} END"
        self.told = f"CASE WHEN {MACHINES} THEN {type.format('o.counted')} ELSE {block} END = 1"
        """It is known how much of it is in use."""
        self.left = own.format("h.allocated - h.instances")
        self.room = type.format("CASE WHEN o.known = 1 THEN o.machines - o.allocated END")
        needed = f"{own.format('h.instances - h.allocated')} + v.value"
        self.held = f"({MACHINES} AND {needed} > 0)"
        """Of machines the tenant would have fewer than are in use without it."""
        self.least = f"""(CASE WHEN {needed} > v.value THEN v.value WHEN {needed} > 1 THEN {needed}
            WHEN v.value < 1 THEN v.value ELSE 1 END)"""
        self.most = f"(v.value + CASE WHEN {self.room} > 0 THEN {self.room} ELSE 0 END)"
        self.bounded = f"""{MACHINES} AND {self.told} AND {self.room} IS NOT NULL
            AND {self.least} < {self.most}"""
        """A number of machines may become another one, from `least` to `most`, as far as is
        known."""
        self.known = f"({ADDRESSES} OR ({self.told} AND {self.room} IS NOT NULL))"
        """It is known what a number of machines may become; prefix lengths have no order in
        that."""


LOOKED_UP = Figures(
    """(SELECT {} FROM nico_pool h
    WHERE h.type_id = v.type_id AND h.tenant_id = g.tenant_id)""",
    "(SELECT {} FROM nico_type o WHERE o.id = v.type_id)",
    "coalesce((SELECT k.known FROM nico_block k WHERE k.id = v.derived_id), 0)",
)
"""For few constraints."""
JOINS = """LEFT JOIN nico_type o ON o.id = v.type_id
    LEFT JOIN nico_pool h ON h.type_id = v.type_id AND h.tenant_id = g.tenant_id"""
JOINED = Figures(
    "({})",
    "({})",
    """CASE WHEN v.derived_id > 0 AND v.derived_id NOT IN
        (SELECT k.id FROM nico_block k WHERE k.known <> 1) THEN 1 ELSE 0 END""",
)
"""For all there are, with `JOINS`."""
USED, TOLD, LEFT, ROOM = LOOKED_UP.used, LOOKED_UP.told, LOOKED_UP.left, LOOKED_UP.room
LOCKED = f"""({LOOKED_UP.held}
    OR ({ADDRESSES} AND v.derived_id > 0
        AND EXISTS (SELECT 1 FROM nico_prefix x WHERE x.block_id = v.derived_id)))"""
"""Something is in use of it, so that it cannot be taken back."""

# The other half of what would be free is as long, and differs in one bit of one digit.
DIGIT = "CAST(32 - (d.bits - d.length) / 4 AS INTEGER)"
BIT = "(d.bits - d.length) - (d.bits - d.length) / 4 * 4"
HALVES = ", ".join(f"'{bit}{one:x}{one ^ 1 << bit:x}'" for bit in range(4) for one in range(16))
BUDDY_FREE = f"""EXISTS (SELECT 1 FROM nico_free f
    WHERE f.block_id = d.parent_id AND f.length = d.length
    AND substr(f.network, 1, {DIGIT} - 1) = substr(d.network, 1, {DIGIT} - 1)
    AND CAST({BIT} AS TEXT) || substr(d.network, {DIGIT}, 1) || substr(f.network, {DIGIT}, 1)
        IN ({HALVES}))"""
FULL = f"""(({MACHINES} AND {TOLD} AND coalesce({ROOM}, 1) <= 0)
    OR ({ADDRESSES} AND {TOLD} AND EXISTS (SELECT 1 FROM nico_block d
        JOIN nico_block b ON b.id = v.block_id WHERE d.id = v.derived_id AND b.known = 1
        AND (EXISTS (SELECT 1 FROM nico_prefix x WHERE x.block_id = d.id)
            OR (NOT EXISTS (SELECT 1 FROM nico_free f
                WHERE f.block_id = d.parent_id AND f.length < d.length)
                AND NOT {BUDDY_FREE})))))"""
"""It cannot become more, as far as that is known."""
OVER = f"""({MACHINES} AND (({TOLD} AND {LEFT} < 0) OR {ROOM} < 0))"""

FOLD = Like("g.fold LIKE ? ESCAPE '!'", folded=True)
_UUIDS = (
    Like("g.uuid LIKE ? ESCAPE '!'", whole="g.uuid = ?"),
    Like("v.uuid LIKE ? ESCAPE '!'", whole="v.uuid = ?"),
)
_TENANT = "g.tenant_id IN (SELECT id FROM nico_tenant WHERE {})"
TENANT = Like(_TENANT.format("org LIKE ? ESCAPE '!'"))
TENANTS = (
    TENANT,
    Like(_TENANT.format("lower(display_name) LIKE ? ESCAPE '!'")),
    Like(_TENANT.format("uuid LIKE ? ESCAPE '!'"), whole=_TENANT.format("uuid = ?")),
)
_SITE = "g.site_id IN (SELECT id FROM nico_site WHERE {})"
SITE = Like(_SITE.format("fold LIKE ? ESCAPE '!'"), folded=True)
SITES = (SITE, Like(_SITE.format("uuid LIKE ? ESCAPE '!'"), whole=_SITE.format("uuid = ?")))
_TYPE = "v.type_id IN (SELECT id FROM nico_type WHERE {})"
_BLOCK = "v.block_id IN (SELECT id FROM nico_block WHERE {})"
RESOURCES = (
    Like(_TYPE.format("fold LIKE ? ESCAPE '!'"), folded=True),
    Like(_BLOCK.format("fold LIKE ? ESCAPE '!'"), folded=True),
)
RESOURCE_UUIDS = tuple(
    Like(one.format("uuid LIKE ? ESCAPE '!'"), whole=one.format("uuid = ?"))
    for one in (_TYPE, _BLOCK)
)
CARVED = reaching(
    "d", "v.derived_id IN (SELECT d.id FROM nico_block d WHERE d.parent_id > 0 AND {})"
)
MODES = {name: f"lower(v.mode) = '{name}'" for name in ("reserved", "ondemand", "preemptible")}
STATES = ("pending", "registered", "deleting", "error")

OF_BOTH: Sequence[Field] = (
    text("tenant", TENANTS, "to whom it is given, by organisation or id", "tenant:acme"),
    text("site", SITES, "where it is", "site:sjc-2"),
    text("resource", (*RESOURCES, *RESOURCE_UUIDS), "the instance type or the block",
         "resource:h100"),
    number("value", "v.value", "how many machines, or the prefix length", "value>=24"),
    number("used", USED, "the tenant's instances of the type, or its subnets and VPC prefixes",
           "used=0", when=TOLD),
    number("left", LEFT, "machines that the tenant was given and does not use", "left>10",
           "spare", when=f"{MACHINES} AND {TOLD}"),
    number("room", ROOM, "machines of the type that nobody was given", "room<4",
           when=f"{ROOM} IS NOT NULL"),
    flag("machines", MACHINES, "it is about machines"),
    flag("addresses", ADDRESSES, "it is about addresses"),
    flag("locked", LOCKED, "something is in use of it, which has to go before it can be deleted"),
    flag("idle", f"{TOLD} AND ({USED}) = 0", "nothing is in use of it"),
)  # fmt: skip
"""What constraints and allocations have."""

CONSTRAINTS = Fields(
    (FOLD, TENANT, SITE, *RESOURCES, CARVED),
    (
        text("name", (FOLD,), "the name of its allocation", "name:train", "allocation"),
        text("uuid", _UUIDS, "its uuid, or that of its allocation", "uuid:5a1c", "id"),
        state("type", {"instancetype": MACHINES, "ipblock": ADDRESSES}, "what it is about",
              "type:ipblock"),
        state("mode", MODES, "how binding it is", "mode:reserved", "kind"),
        *OF_BOTH,
        text("address", (CARVED,), "an address or a prefix that its network has, or its beginning",
             "address:10.20.3.7", "network"),
        flag("full", FULL, "it can become no more: no machine is left, no larger network, or what"
             " is in use of its network fixes it"),
        flag("over", OVER, "more is used than the tenant was given, or more of the type given away"
             " than there is"),
        number("least", LOOKED_UP.least, "the fewest machines that it may become", "least>5",
               when=LOOKED_UP.bounded),
        number("most", LOOKED_UP.most, "the most machines that it may become", "most>=20",
               when=LOOKED_UP.bounded),
        age("age", "v.created_at", "how long it has been there", "age>30d"),
        time("created", "v.created_at", "when it came", "created<today"),
        time("updated", "v.updated_at", "when it was last set", "updated<1h", "modified"),
    ),
    "v.id",
)  # fmt: skip

# ---------------------------------------------------------------- allocations

ALLOCATIONS: Sequence[Field] = (
    text("uuid", _UUIDS, "its uuid", "uuid:5a1c", "id"),
    text("name", (FOLD,), "its name", "name:train"),
    state("mode", MODES, "how binding it is", "mode:reserved"),
    state("status", {name: f"lower(g.status) = '{name}'" for name in STATES}, "how it is",
          "status:registered"),
    *OF_BOTH,
    age("age", "g.created_at", "how long it has been there", "age>30d"),
    time("created", "g.created_at", "when it came", "created<today"),
    time("modified", "g.updated_at", "when it last changed", "modified<1h"),
)  # fmt: skip

# ---------------------------------------------------------------- instance types

_NAME = Like("y.fold LIKE ? ESCAPE '!'", folded=True)
_AT = "{}.site_id IN (SELECT id FROM nico_site WHERE {})"


def _at(table: str) -> tuple[Like, Like]:
    """Where a type or a block is, by name and by uuid."""
    return (
        Like(_AT.format(table, "fold LIKE ? ESCAPE '!'"), folded=True),
        Like(_AT.format(table, "uuid LIKE ? ESCAPE '!'"), whole=_AT.format(table, "uuid = ?")),
    )


INSTANCES = "(SELECT count(*) FROM nico_instance i WHERE i.type_id = y.id)"
COUNTED = "y.counted = 1"
READY = "(SELECT count(*) FROM nico_machine m WHERE m.type_id = y.id AND m.status = 'Ready')"
SEEN = "(y.machines = 0 OR EXISTS (SELECT 1 FROM nico_machine m WHERE m.type_id = y.id))"
"""The statuses of its machines are known."""
SPARE = f"""{READY[:-1]}
    AND NOT EXISTS (SELECT 1 FROM nico_instance i WHERE i.machine_id = m.id))"""
WANTED = f"(CASE WHEN y.allocated > {INSTANCES} THEN y.allocated - {INSTANCES} ELSE 0 END)"
LEFT_READY = f"""(CASE WHEN y.machines <= y.allocated OR {SPARE} <= {WANTED} THEN 0
    WHEN {SPARE} - {WANTED} < y.machines - y.allocated THEN {SPARE} - {WANTED}
    ELSE y.machines - y.allocated END)"""
"""What is left of a type when all who were given some took theirs."""
TYPES = Fields(
    (_NAME, _at("y")[0]),
    (
        text("name", (_NAME,), "its name", "name:h100", "type"),
        text("uuid", (Like("y.uuid LIKE ? ESCAPE '!'"),), "its uuid", "uuid:5a1c", "id"),
        text("site", _at("y"), "where it is", "site:sjc-2"),
        number("machines", "y.machines", "how many machines are of it", "machines>100",
               "assigned"),
        number("allocated", "y.allocated", "how many are given away", "allocated>0", "given"),
        number("used", INSTANCES, "how many instances there are", "used>0", when=COUNTED),
        number("ready", READY, "how many machines are ready", "ready<10", when=SEEN),
        number("room", "y.machines - y.allocated", "machines that nobody was given", "room<4",
               "left"),
        number("usable", LEFT_READY, "those of them that are ready", "usable<2", "ready_left",
               when=f"{COUNTED} AND {SEEN}"),
        flag("full", "y.machines <= y.allocated", "nobody can be given a machine any more"),
        flag("over", "y.machines < y.allocated", "more is given away than there is"),
    ),
    "y.id",
)  # fmt: skip

# ---------------------------------------------------------------- blocks

_Z_NAME = Like("z.fold LIKE ? ESCAPE '!'", folded=True)
TAKEN = "(SELECT count(*) FROM nico_block d WHERE d.parent_id = z.id)"
LARGEST = "(SELECT min(f.length) FROM nico_free f WHERE f.block_id = z.id)"
ADDRESS = reaching("z")
BLOCKS = Fields(
    (_Z_NAME, _at("z")[0], ADDRESS),
    (
        text("name", (_Z_NAME,), "its name", "name:b16", "block"),
        text("uuid", (Like("z.uuid LIKE ? ESCAPE '!'"),), "its uuid", "uuid:5a1c", "id"),
        text("site", _at("z"), "where it is", "site:sjc-2"),
        state("routing", {name: f"lower(z.routing) = '{name}'"
                          for name in ("public", "datacenteronly")},
              "from where its addresses are reachable", "routing:public", "reachable"),
        text("address", (ADDRESS,), "an address or a prefix in it, or its beginning",
             "address:10.20.3.7", "cidr"),
        number("length", "z.length", "its prefix length", "length<=16", "prefix"),
        number("taken", TAKEN, "how many parts of it are given away", "taken>0", "given"),
        number("largest", LARGEST, "the prefix length of its largest free piece", "largest<=24",
               "largest_free",
               when=f"{LARGEST} IS NOT NULL"),
        flag("full", "NOT EXISTS (SELECT 1 FROM nico_free f WHERE f.block_id = z.id)",
             "nothing is free"),
        flag("granted", "z.full_grant = 1", "it is given away whole"),
        flag("v6", "z.bits = 128", "its addresses are long ones"),
    ),
    "z.id",
)  # fmt: skip
