"""What services, projects, codes, and awards can be filtered by; `ALLOCATIONS` are the fields of
allocations, which are offered together with those of other systems.

Conditions speak of `a`, `s`, `p`, `w` or `r` alone, whatever else a statement joins.
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
    state,
    text,
    time,
)
from backend.core.listing import FieldSpec, Kind
from backend.openportal.counts import OVERSPENT
from backend.openportal.model import MOST, UNLIMITED, AwardState, RemoteState, State

LINES, LATER = "\n%", "%\n"
"""What may follow the name that a fold begins with, and what is before another line of it."""


FIRST = "fold >= ? || '\n' AND fold < ? || '\v'"
"""That a fold has this first line."""


def _named(sql: str, whole: str = "") -> Like:
    """The name that a fold of several lines begins with."""
    return Like(sql, folded=True, tail=LINES, whole=whole)


# ---------------------------------------------------------------- allocations

_BUSY = ", ".join(f"'{one}'" for one in State if one.busy)
BUSY = f"a.state IN ({_BUSY})"
LIMIT = f"CASE WHEN a.node_limit = {UNLIMITED} THEN {MOST} ELSE a.node_limit END"
DRAWN = """(CASE WHEN a.code = '' THEN a.node_usage ELSE (
    SELECT sum(b.node_usage) FROM portal_allocation b
    WHERE b.code = a.code AND b.remote = a.remote AND b.node_limit = a.node_limit) END)"""
"""What was used of its limit, by all that have it."""
LIMITED = f"""(a.node_limit IS NOT NULL AND a.node_usage IS NOT NULL
    AND (a.node_limit > 0 OR (a.node_limit = 0 AND {DRAWN} > 0)))"""
BEYOND = 1e9
"""The share of what is used of nothing."""
SHARE = f"(CASE WHEN a.node_limit = 0 THEN {BEYOND} ELSE {DRAWN} * 1.0 / a.node_limit END)"
OVER = """(a.node_limit IS NOT NULL AND a.node_limit >= 0 AND a.node_usage IS NOT NULL
    AND a.node_usage / 100.0 > a.node_limit)"""
WAITING = """(a.remote = 1 AND a.state NOT IN ('ERRED', 'DELETION_SCHEDULED', 'DELETING')
    AND (a.counterpart IS NULL OR a.counterpart = ''
        OR (a.state <> 'OK' AND a.error_message <> '')))"""
"""The other portal decides, which may take days."""
SHARED = """(a.code <> '' AND EXISTS (SELECT 1 FROM portal_allocation b WHERE b.code = a.code
    AND b.id <> a.id AND b.remote = a.remote AND b.node_limit = a.node_limit))"""

FOLD = Like("a.fold LIKE ? ESCAPE '!'", folded=True)
_NAME = _named("a.fold LIKE ? ESCAPE '!'", f"(a.{FIRST.replace(' fold', ' a.fold')})")
UUID = Like("a.uuid LIKE ? ESCAPE '!'", whole="a.uuid = ?")
_PROJECT = "a.project_id IN (SELECT id FROM portal_project WHERE {})"
PROJECT_FOLD = _PROJECT.format("fold LIKE ? ESCAPE '!'")
PROJECTS = (
    _named(PROJECT_FOLD, _PROJECT.format(FIRST)),
    Like(PROJECT_FOLD, head=LATER, folded=True, whole=_PROJECT.format("lower(shortname) = ?")),
    Like(_PROJECT.format("uuid LIKE ? ESCAPE '!'"), whole=_PROJECT.format("uuid = ?")),
)
_STATES = " UNION ALL ".join(f"SELECT '{one}' AS name" for one in State)
STATE = Like(f"""a.state IN (SELECT z.name FROM ({_STATES}) z
    WHERE lower(z.name) LIKE ? ESCAPE '!')""")
_CUSTOMER = """a.project_id IN (SELECT q.id FROM portal_project q JOIN portal_customer o
    ON o.id = q.customer_id WHERE o.fold LIKE ? ESCAPE '!')"""
CUSTOMERS = (
    _named(_CUSTOMER),
    Like(_CUSTOMER, head=LATER, tail=LINES, folded=True),
    Like(_CUSTOMER, head=LATER, folded=True),
)
# A service has so many that its index is of no help: the sign before the column rules it out.
SERVICES = (
    Like("+a.service_id IN (SELECT id FROM portal_service WHERE fold LIKE ? ESCAPE '!')",
         folded=True),
)  # fmt: skip
_CODE = Like("lower(a.code) LIKE ? ESCAPE '!'", whole="lower(a.code) = ?")
_BACKEND = Like("lower(a.backend_id) LIKE ? ESCAPE '!'", whole="lower(a.backend_id) = ?")
USERS = (
    Like("""a.id IN (SELECT allocation_id FROM portal_association
        WHERE lower(username) LIKE ? ESCAPE '!')"""),
    Like("""a.id IN (SELECT allocation_id FROM portal_usage
        WHERE lower(username) LIKE ? ESCAPE '!')"""),
)


def _counterpart(remote: int) -> Like:
    """The group or the project at another portal."""
    sql = f"(a.remote = {remote} AND lower(coalesce(a.counterpart, '')) {{}})"
    return Like(sql.format("LIKE ? ESCAPE '!'"), whole=sql.format("= ?"))


STATES = {one.value.lower(): f"a.state = '{one.value}'" for one in State}

ALLOCATIONS: Sequence[Field] = (
    text("uuid", (UUID,), "its uuid", "uuid:5a1c", "id"),
    text("name", (_NAME,), "its name", "name:climate"),
    state("state", STATES, "how far it is", "state:erred"),
    text("project", PROJECTS, "the project, by its name, short name or id", "project:hpc"),
    text("customer", CUSTOMERS, "the organisation, by any of its names", "customer:uni",
         "organisation"),
    text("user", USERS, "somebody who has an account or used it", "user:ada"),
    text("service", SERVICES, "the service, which is the cluster", "service:isambard", "cluster"),
    text("code", (_CODE,), "the project code, which allocations of one limit share", "code=a6b"),
    text("backend_id", (_BACKEND,), "the project at the resource backend", "backend_id:a6b.brics",
         "backend"),
    text("group", (_counterpart(0),), "the group on the cluster",
         "group:brics.a6b", "groupname"),
    text("remote_id", (_counterpart(1),), "the project at the other portal",
         "remote_id:u6ac", "remote_project_identifier"),
    text("error", (Like("lower(a.error_message) LIKE ? ESCAPE '!'"),), "what went wrong last",
         "error:~quota"),
    number("node", LIMIT, "the limit in node-hours", "node>500", "limit", "node_limit",
           when="a.node_limit IS NOT NULL"),
    Field(FieldSpec("used", Kind.DECIMAL, "node-hours used this month", "used>=10.5",
                    ("usage", "node_usage", "used_this_month")),
          "(a.node_usage IS NOT NULL AND a.node_usage / 100.0 {op} ?)"),
    percent("share", SHARE, "how much of the limit all that have it used this month",
            "share>=90%", "use",
            "percent", when=LIMITED),
    age("age", "a.created_at", "how long it has been there", "age>30d"),
    time("created", "a.created_at", "when it came", "created<today"),
    time("modified", "a.modified_at", "when it last changed", "modified<1h"),
    flag("erred", "a.state = 'ERRED'", "something went wrong"),
    flag("busy", BUSY, "something is under way"),
    flag("waiting", WAITING, "waits for another portal, which may take days"),
    flag("shared", SHARED, "others of its project code have the same limit"),
    flag("over", OVER, "more was used this month than the limit"),
    flag("unlimited", f"coalesce(a.node_limit, 0) = {UNLIMITED}", "it has no limit"),
    flag("inactive", "coalesce(a.is_active, 1) = 0", "it is switched off"),
)  # fmt: skip

# ---------------------------------------------------------------- codes

# A row stands for its code: none of the same code has a smaller key.
OF_CODE = """(SELECT count(DISTINCT b.service_id) FROM portal_allocation b
    WHERE b.code = a.code AND +b.remote = 0)"""
USAGE_OF_CODE = """(SELECT coalesce(sum(b.node_usage), 0) FROM portal_allocation b
    WHERE b.code = a.code AND +b.remote = 0)"""
CODE_DIFFERS = """(a.node_limit IS NULL OR EXISTS (
    SELECT 1 FROM portal_allocation b WHERE b.code = a.code AND +b.remote = 0
        AND (b.node_limit IS NULL OR b.node_limit <> a.node_limit)))"""
"""Not all of the code have one limit."""
CODE_LIMITED = f"""(NOT {CODE_DIFFERS}
    AND (a.node_limit > 0 OR (a.node_limit = 0 AND {USAGE_OF_CODE} > 0)))"""
SHARE_OF_CODE = f"""(CASE WHEN a.node_limit = 0 THEN {BEYOND}
    ELSE {USAGE_OF_CODE} * 1.0 / a.node_limit END)"""
CODE_OVERSPENT = f"""(SELECT {OVERSPENT} FROM portal_allocation b
    WHERE b.code = a.code AND +b.remote = 0)"""
CODES = Fields(
    (_CODE, Like(PROJECT_FOLD, folded=True)),
    (
        text("code", (_CODE,), "the project code", "code:a6b"),
        text("project", PROJECTS, "the project, by its name, short name or id", "project:hpc"),
        text("customer", CUSTOMERS, "the organisation, by any of its names", "customer:uni",
             "organisation"),
        number("services", OF_CODE, "on how many services it is", "services>1"),
        decimal("used", f"({USAGE_OF_CODE} / 100.0)", "node-hours used this month on all of them",
                "used>100", "used_this_month"),
        percent("share", SHARE_OF_CODE, "how much of the one limit is used this month",
                "share>=90%", "use", "percent", when=CODE_LIMITED),
        flag("over", CODE_OVERSPENT, "more was used this month than its largest limit"),
        flag("differs", CODE_DIFFERS, "its services have no limit in common"),
    ),
    "a.id",
)  # fmt: skip

# ---------------------------------------------------------------- services

_SERVICE = Like("s.fold LIKE ? ESCAPE '!'", folded=True)
_INSTANCE = Like("lower(s.instance) LIKE ? ESCAPE '!'")
HELD = "(SELECT count(*) FROM portal_allocation b WHERE b.service_id = s.id{})"
ERRED_ON = HELD.format(" AND b.state = 'ERRED'")
SERVICE_FIELDS = Fields(
    (_SERVICE, _INSTANCE),
    (
        text("name", (_SERVICE,), "its name", "name:isambard", "service"),
        text("uuid", (Like("s.uuid LIKE ? ESCAPE '!'"),), "its uuid", "uuid:5a1c", "id"),
        text("instance", (_INSTANCE,), "the agents that lead to it", "instance:brics.",
             "destination"),
        state("state", {one.value.lower(): f"s.state = '{one.value}'" for one in State},
              "how it is", "state:erred"),
        number("allocations", HELD.format(""), "how many allocations are on it",
               "allocations>0"),
        number("erred", ERRED_ON, "how many of them have failed", "erred>5"),
        flag("erred", f"{ERRED_ON} > 0", "some of its allocations have failed"),
        flag("remote", "s.remote = 1", "it is at another portal"),
        flag("down", "s.state = 'ERRED'", "it does not work"),
    ),
    "s.id",
)  # fmt: skip

# ---------------------------------------------------------------- projects

_P_FOLD = "p.fold LIKE ? ESCAPE '!'"
_P_CUSTOMER = "p.customer_id IN (SELECT id FROM portal_customer WHERE fold LIKE ? ESCAPE '!')"
PROJECT_FIELDS = Fields(
    (Like(_P_FOLD, folded=True), Like(_P_CUSTOMER, folded=True)),
    (
        text("name", (_named(_P_FOLD),), "its name", "name:climate", "project"),
        text("shortname", (Like(_P_FOLD, head=LATER, folded=True),), "its short name",
             "shortname:a6b"),
        text("uuid", (Like("p.uuid LIKE ? ESCAPE '!'"),), "its uuid", "uuid:5a1c", "id"),
        text("customer", (_named(_P_CUSTOMER),
                          Like(_P_CUSTOMER, head=LATER, tail=LINES, folded=True),
                          Like(_P_CUSTOMER, head=LATER, folded=True)),
             "the organisation, by any of its names", "customer:uni", "organisation"),
        time("created", "p.created_at", "when it came", "created<today"),
        flag("unnamed", "p.shortname IS NULL", "it has no short name, which allocations need"),
    ),
    "p.id",
)  # fmt: skip

# ---------------------------------------------------------------- awards

_W_FOLD = Like("w.fold LIKE ? ESCAPE '!'", folded=True)
_IDENTIFIER = Like("lower(w.identifier) LIKE ? ESCAPE '!'")
_DESTINATION = Like("lower(w.destination) LIKE ? ESCAPE '!'")
AWARDS = Fields(
    (_W_FOLD, _IDENTIFIER, _DESTINATION),
    (
        text("identifier", (_IDENTIFIER,), "the project at the other portal", "identifier:u6ac",
             "id"),
        text("destination", (_DESTINATION,), "where it is to go", "destination:brics."),
        state("state", {one.value: f"w.state = '{one.value}'" for one in AwardState},
              "where it stands", "state:pending"),
        text("project", (_named("""w.project_id IN (SELECT id FROM portal_project
                                WHERE fold LIKE ? ESCAPE '!')"""),),
             "the project that it became", "project:hpc"),
        text("template", (Like("lower(w.template) LIKE ? ESCAPE '!'"),), "the template",
             "template:airr"),
        age("age", "w.created_at", "how long ago it came", "age>2d"),
        time("created", "w.created_at", "when it came", "created<today"),
        time("reviewed", "w.reviewed_at", "when it was decided", "reviewed>1w"),
        flag("waiting", "w.state = 'pending'", "somebody has to decide", "pending"),
        flag("attached", "w.project_id <> 0", "it has a project"),
    ),
    "w.id",
)  # fmt: skip

# ---------------------------------------------------------------- remote projects

_R_PROJECT = """r.project_id IN (SELECT id FROM portal_project WHERE fold LIKE ? ESCAPE '!')"""
_R_DESTINATION = Like("lower(r.destination) LIKE ? ESCAPE '!'")
_R_IDENTIFIER = Like("lower(r.identifier) LIKE ? ESCAPE '!'")
REMOTE_PROJECTS = Fields(
    (Like(_R_PROJECT, folded=True), _R_DESTINATION, _R_IDENTIFIER),
    (
        text("project", (_named(_R_PROJECT), Like(_R_PROJECT, head=LATER, folded=True)),
             "the project here, by its name or short name", "project:hpc"),
        text("destination", (_R_DESTINATION,), "where it goes", "destination:brics."),
        text("identifier", (_R_IDENTIFIER,), "the project there", "identifier:u6ac"),
        state("state", {one.value: f"r.state = '{one.value}'" for one in RemoteState},
              "how it stands there", "state:stale"),
        time("contact", "r.last_contact_at", "when the other side last answered", "contact<12h"),
        time("modified", "r.modified_at", "when it last changed", "modified>1h"),
        flag("waiting", "(r.pending_allocation <> '' OR r.state = 'pending')",
             "the other side has not answered yet", "pending"),
        flag("error", "r.state = 'error'", "the other side refused or failed", "erred"),
    ),
    "r.id",
)  # fmt: skip
