"""What projects can be filtered by."""

from __future__ import annotations

from backend.core.filter.sql import Fields, Like, flag, number, percent, state, text, time

ORDINARY = "p.is_base = 0"
HIDDEN = "p.state NOT IN ('terminated', 'deleted')"
ALIVE = "p.state IN ('active', 'suspended')"
WAITING = "p.pending_app > 0"
NEW = "p.state = 'uninitialized'"
EXPIRED = f"({ALIVE} AND p.end_date < ?)"
OVER = """'project:' || p.uuid IN (SELECT o.name FROM holding h
    JOIN holder o ON o.id = CASE WHEN h.source_id = 0 THEN h.holder_id ELSE h.source_id END
    WHERE h.usage_max > h.lim)"""
SEATS = """(SELECT count(*) FROM membership m WHERE m.project_id = p.id
    AND m.state IN ('accepted', 'leave_requested', 'suspended'))"""
# No share says how far over a limit of 0 something is, so it counts as just over.
FULLEST = """(SELECT coalesce(max(CASE WHEN h.lim > 0 THEN h.usage_max * 1000.0 / h.lim
        WHEN h.usage_max > 0 THEN 1000.1 ELSE 0 END), 0)
    FROM holding h JOIN holder o ON o.id = h.holder_id
    WHERE o.name = 'project:' || p.uuid AND h.source_id = 0)"""
UNSURE = """EXISTS (SELECT 1 FROM holding h JOIN holder o ON o.id = h.holder_id
    WHERE o.name = 'project:' || p.uuid AND h.source_id = 0 AND h.known = 0
        AND h.lim < 9223372036854775807)"""
STATES = (
    "pending", "active", "suspended", "terminated", "denied", "dismissed", "cancelled",
    "uninitialized", "deleted",
)  # fmt: skip

_NAME = Like("p.fold LIKE ? ESCAPE '!'", folded=True)
_OWNER = Like("lower(p.owner_fold) LIKE ? ESCAPE '!'")
_OWNER_ID = Like("""coalesce(p.owner_id, 0) IN (
    SELECT id FROM person WHERE lower(uuid) LIKE ? ESCAPE '!')""")
_UUID = Like("lower(p.uuid) LIKE ? ESCAPE '!'")
_MEMBER = Like("""p.id IN (SELECT m.project_id FROM membership m JOIN person u ON u.id = m.person_id
    WHERE lower(u.email) LIKE ? ESCAPE '!'
    AND m.state IN ('accepted', 'leave_requested', 'suspended'))""")
_RESOURCE = """p.id IN (SELECT g.project_id FROM project_resource g
    JOIN resource r ON r.id = g.resource_id
    WHERE g.project_capacity > 0 AND lower(r.name) LIKE ? ESCAPE '!')"""
_RESOURCES = (Like(_RESOURCE), Like(_RESOURCE, head="%."))
_APP = """(p.pending_app > 0 AND '#' || CAST(p.pending_app AS TEXT) LIKE ? ESCAPE '!')"""

LIFTS = {ORDINARY: {"base"}, HIDDEN: {"terminated", "state"}}
"""What the usual view leaves out, and the words that ask for it by name."""

PROJECTS = Fields(
    (_NAME, _OWNER, Like("lower(p.display) LIKE ? ESCAPE '!'"), _UUID, Like(_APP)),
    (
        text("name", (_NAME,), "the project's name", "name:hpc", "project"),
        text("owner", (_OWNER, _OWNER_ID), "who owns it", "owner:ada", "user"),
        text("member", (_MEMBER,), "somebody in it", "member:ada"),
        text("id", (_UUID,), "its uuid", "id:6a0d", "uuid"),
        text("resource", _RESOURCES, "a resource it has a limit of", "resource:gpu", "res"),
        state("state", {word: f"p.display = '{word.capitalize()}'" for word in STATES},
              "its state", "state:active|pending"),
        number("app", "p.pending_app", "its waiting application", "app:#417", "application"),
        time("ends", "p.end_date", "when it ends", "ends<30d", "end", ahead=True),
        time("created", "p.created_at", "when it was made", "created<1w"),
        number("members", SEATS, "how many are in it", "members>=10", "memb"),
        number("max", "p.max_members", "how many may be in it", "max<inf", "max_members"),
        percent("tightest", f"{FULLEST} / 10.0", "its fullest resource", "tightest>=90%", "share",
                floor=UNSURE),
        flag("pending", WAITING, "an application is waiting", "waiting"),
        flag("new", f"({WAITING} AND {NEW})", "new, its application is waiting"),
        flag("modified", f"({WAITING} AND NOT {NEW})", "a modification is waiting"),
        flag("expired", EXPIRED, "past its end date and not terminated"),
        flag("suspended", "p.state = 'suspended'", "suspended"),
        flag("terminated", f"NOT {HIDDEN}", "terminated or deleted"),
        flag("over", OVER, "somebody in it uses more than can be had"),
        flag("base", "p.is_base = 1", "a person's own base project", "system"),
        flag("private", "p.private = 1", "seen by its members only"),
    ),
    "p.id",
)  # fmt: skip
