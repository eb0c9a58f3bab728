"""The lists of the API as data: what they are read from, what narrows and orders them (spec
openportal §3.4, §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.openportal.model.entities import AwardState, RemoteState, State
from backend.openportal.model.reads import Kind

PERSON = "(SELECT id FROM portal_user WHERE uuid = ?)"
CUSTOMERS = f"""(SELECT r.customer_id FROM portal_role r WHERE r.user_id = {PERSON}
    UNION SELECT p.customer_id FROM portal_role r JOIN portal_project p ON p.id = r.project_id
    WHERE r.user_id = {PERSON})"""
"""The organisations in which somebody, or in whose projects he, is something."""
PROJECTS = f"""(SELECT r.project_id FROM portal_role r WHERE r.user_id = {PERSON}
    UNION SELECT p.id FROM portal_role r JOIN portal_project p ON p.customer_id = r.customer_id
    WHERE r.user_id = {PERSON} AND r.customer_id > 0)"""
MANAGED = f"""(SELECT r.project_id FROM portal_role r
    WHERE r.user_id = {PERSON} AND r.part IN ('admin', 'manager')
    UNION SELECT p.id FROM portal_role r JOIN portal_project p ON p.customer_id = r.customer_id
    WHERE r.user_id = {PERSON} AND r.customer_id > 0 AND r.part = 'owner')"""

SORTED = "{sorted}"
"""Where a `+` keeps engines from indexes in the order of names, which are to be read when many
rows are wanted, and not when few are to be picked."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """A parameter: `sql` is its condition with one `?` a value, `{keys}` for several; `before`
    and `after` are the pattern around some of a text. Of one value of what is `sorted` the rows
    are come by in the usual order."""

    kind: Kind
    sql: str = ""
    choices: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    sorted: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A list; `visible` is the condition of who does not see all, with a `?` for each time that
    it names him, `order` the usual and total order."""

    name: str
    source: str
    order: str
    visible: str
    narrow: Mapping[str, Narrow]
    orders: Mapping[str, Sequence[str]] = field(default_factory=dict)
    key: str = "a.uuid = ?"


def same(sql: str) -> Narrow:
    """Equality of texts."""
    return Narrow(Kind.SAME, f"{sql} = ?")


def uuid(sql: str) -> Narrow:
    """Equality of uuids."""
    return Narrow(Kind.UUID, f"{sql} = ?")


def part(column: str, line: int = 0, lines: int = 1) -> Narrow:
    """Some of a text that is one of the lines of a folded column."""
    before, after = "%\n" * line, "\n%" * (lines - 1 - line)
    return Narrow(Kind.PART, f"{column} LIKE ? ESCAPE '!'", before=before, after=after)


def ascii_part(column: str) -> Narrow:
    """Some of a text, whatever its case in ASCII."""
    return Narrow(Kind.ASCII, f"lower({column}) LIKE ? ESCAPE '!'")


def flag(column: str) -> Narrow:
    """True or false."""
    return Narrow(Kind.FLAG, f"{column} = ?")


def choice(column: str, choices: tuple[str, ...]) -> Narrow:
    """One of a few words, or several of them."""
    return Narrow(Kind.CHOICE, f"{column} IN ({{keys}})", choices)


def within(column: str, table: str, found: Narrow) -> Narrow:
    """The same of what a row refers to."""
    sql = f"{column} IN (SELECT id FROM {table} WHERE {found.sql})"
    return replace(found, sql=sql)


def refers(column: str, table: str) -> Narrow:
    """A row that refers to this uuid."""
    return Narrow(Kind.UUID, f"{column} = (SELECT id FROM {table} WHERE uuid = ?)")


def of_customer(column: str, found: Narrow) -> Narrow:
    """The same of the organisation of a project."""
    return within(column, "portal_project", within("customer_id", "portal_customer", found))


def _placed(column: str, choices: type[State]) -> str:
    """States in the order of the server's numbers."""
    cases = " ".join(f"WHEN '{state}' THEN {place}" for place, state in enumerate(choices))
    return f"CASE {column} {cases} ELSE {len(choices)} END"


def _of(column: str, table: str, key: str) -> str:
    return f"(SELECT {column} FROM {table} WHERE id = {key})"


def _of_customer(column: str) -> str:
    return f"""(SELECT c.{column} FROM portal_customer c JOIN portal_project p
        ON p.customer_id = c.id WHERE p.id = a.project_id)"""


WORDS = tuple(str(state) for state in State if state is not State.UNKNOWN)
CUSTOMER = of_customer("a.project_id", uuid("uuid"))
PROJECT = refers("a.project_id", "portal_project")
ALLOCATION = refers("x.allocation_id", "portal_allocation")


def _allocations(remote: int) -> Catalogue:
    customer = "a.project_id"
    return Catalogue(
        "RemoteAllocation" if remote else "Allocation",
        f"portal_allocation a WHERE {SORTED}a.remote = {remote}",
        "a.name, a.uuid",
        f"a.project_id IN {PROJECTS}",
        {
            "name": part("a.fold", 0, 3),
            "name_exact": replace(same("a.name"), sorted=True),
            "description": ascii_part("a.description"),
            "backend_id": same("a.backend_id"),
            "uuid": uuid("a.uuid"),
            "customer": CUSTOMER,
            "customer_uuid": CUSTOMER,
            "customer_name": of_customer(customer, part("fold", 0, 3)),
            "customer_native_name": of_customer(customer, part("fold", 1, 3)),
            "customer_abbreviation": of_customer(customer, part("fold", 2, 3)),
            "project": PROJECT,
            "project_uuid": PROJECT,
            "project_name": within("a.project_id", "portal_project", part("fold", 0, 2)),
            "service_settings_uuid": refers("a.service_id", "portal_service"),
            "service_settings_name": within("a.service_id", "portal_service", part("fold")),
            "state": replace(choice("a.state", WORDS), sorted=True),
            "is_active": replace(flag("a.is_active"), sorted=True),
            "can_manage": Narrow(Kind.MINE, f"a.project_id IN {MANAGED}"),
            "external_ip": Narrow(Kind.NONE, "1 = 0"),
        },
        {
            "name": ("a.name",),
            "state": (_placed("a.state", State),),
            "customer_name": (_of_customer("name"),),
            "customer_native_name": (_of_customer("native_name"),),
            "customer_abbreviation": (_of_customer("abbreviation"),),
            "project_name": (_of("name", "portal_project", "a.project_id"),),
            "service_name": (_of("name", "portal_service", "a.service_id"),),
            "created": ("a.created_at", "a.id"),
        },
    )


ALLOCATIONS = {remote: _allocations(int(remote)) for remote in (False, True)}
SERVICES = Catalogue(
    "ServiceSettings",
    "portal_service a WHERE 1 = 1",
    "a.name, a.uuid",
    f"(a.shared = 1 OR a.customer_id IN {CUSTOMERS})",
    {
        "name": part("a.fold"),
        "name_exact": same("a.name"),
        "type": same("CASE a.remote WHEN 1 THEN 'OPENPORTALREMOTE' ELSE 'OPENPORTAL' END"),
        "state": choice("a.state", WORDS),
        "customer": refers("a.customer_id", "portal_customer"),
        "customer_uuid": refers("a.customer_id", "portal_customer"),
        "shared": flag("a.shared"),
        "scope_uuid": Narrow(Kind.NONE, "1 = 0"),
    },
)
CUSTOMER_LIST = Catalogue(
    "Customer",
    "portal_customer a WHERE 1 = 1",
    "a.name, a.uuid",
    f"a.id IN {CUSTOMERS}",
    {
        "name": part("a.fold", 0, 3),
        "name_exact": same("a.name"),
        "native_name": part("a.fold", 1, 3),
        "abbreviation": part("a.fold", 2, 3),
        "query": part("a.fold"),
    },
    {"name": ("a.name",), "native_name": ("a.native_name",), "created": ("a.created_at", "a.id")},
)
PROJECT_LIST = Catalogue(
    "Project",
    "portal_project a WHERE 1 = 1",
    "a.name, a.uuid",
    f"a.id IN {PROJECTS}",
    {
        "name": part("a.fold", 0, 2),
        "name_exact": same("a.name"),
        "query": part("a.fold"),
        "description": ascii_part("a.description"),
        "customer": refers("a.customer_id", "portal_customer"),
        "can_manage": Narrow(Kind.MINE, f"a.id IN {MANAGED}"),
    },
    {"name": ("a.name",), "created": ("a.created_at", "a.id")},
)
USAGE = Catalogue(
    "AllocationUserUsage",
    "portal_usage x WHERE 1 = 1",
    "x.year, x.month, x.id",
    f"x.allocation_id IN (SELECT id FROM portal_allocation WHERE project_id IN {PROJECTS})",
    {
        "allocation": ALLOCATION,
        "allocation_uuid": ALLOCATION,
        "user": refers("x.user_id", "portal_user"),
        "user_uuid": refers("x.user_id", "portal_user"),
        "month": Narrow(Kind.NUMBER, "x.month = ?"),
        "year": Narrow(Kind.NUMBER, "x.year = ?"),
    },
    key="x.id = ?",
)


def _associations(remote: int) -> Catalogue:
    kind = "(SELECT a.remote FROM portal_allocation a WHERE a.id = x.allocation_id)"
    return Catalogue(
        "RemoteAssociation" if remote else "Association",
        f"portal_association x WHERE {kind} = {remote}",
        "x.allocation_id, x.id",
        f"x.allocation_id IN (SELECT id FROM portal_allocation WHERE project_id IN {PROJECTS})",
        {"allocation": ALLOCATION, "allocation_uuid": ALLOCATION},
        key="x.uuid = ?",
    )


ASSOCIATIONS = {remote: _associations(int(remote)) for remote in (False, True)}
SPENDING = Catalogue(
    "ProjectAccountingSummary",
    "portal_project a WHERE 1 = 1",
    "a.name, a.uuid",
    f"a.id IN {PROJECTS}",
    {
        "project_uuid": uuid("a.uuid"),
        "customer_uuid": refers("a.customer_id", "portal_customer"),
        "is_active": Narrow(
            Kind.TODAY, "CASE WHEN a.end_date = '' OR a.end_date > ? THEN 1 ELSE 0 END = ?"
        ),
    },
)
LOCAL_NAME = """EXISTS (SELECT 1 FROM portal_project p
    WHERE p.id = a.project_id AND CAST(? AS TEXT) LIKE p.shortname || '.%')"""
"""Short names have nothing that is more than a letter in a pattern."""
AWARDS = Catalogue(
    "ManagedProject",
    "portal_award a WHERE 1 = 1",
    "a.created_at, a.id",
    f"""(a.project_id IN {PROJECTS} OR a.destination IN (SELECT s.instance FROM portal_service s
        JOIN portal_role r ON r.customer_id = s.customer_id
        WHERE r.user_id = {PERSON} AND r.customer_id > 0 AND r.part = 'owner'))""",
    {
        "state": choice("a.state", tuple(AwardState)),
        "identifier": same("a.identifier"),
        "local_identifier": Narrow(Kind.SAME, LOCAL_NAME),
        "query": part("a.fold"),
        "project_template": Narrow(Kind.NONE, "1 = 0"),
        "project_template_uuid": Narrow(Kind.NONE, "1 = 0"),
        "project": refers("a.project_id", "portal_project"),
        "project_uuid": refers("a.project_id", "portal_project"),
    },
    {"created": ("a.created_at", "a.id"), "state": ("a.state",), "identifier": ("a.identifier",)},
    "a.identifier = ? AND a.destination = ?",
)
REMOTE_PROJECTS = Catalogue(
    "RemoteProject",
    "portal_remote_project a WHERE 1 = 1",
    "a.created_at, a.id",
    f"a.project_id IN {PROJECTS}",
    {
        "state": choice("a.state", tuple(RemoteState)),
        "destination": same("a.destination"),
        "identifier": same("a.identifier"),
        "query": ascii_part("a.destination || ' ' || a.identifier"),
        "project": refers("a.project_id", "portal_project"),
        "project_uuid": refers("a.project_id", "portal_project"),
        "customer": of_customer("a.project_id", uuid("uuid")),
        "customer_uuid": of_customer("a.project_id", uuid("uuid")),
    },
    {"created": ("a.created_at", "a.id"), "state": ("a.state",), "destination": ("a.destination",)},
)
