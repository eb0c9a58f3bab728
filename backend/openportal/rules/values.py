"""What may be written in a field (spec openportal §1.1, §3.6)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.errors import Invalid
from backend.openportal.model import KEEP, MOST, UNLIMITED

NAME, DESCRIPTION, COUNTERPART = 150, 2000, 64
DEFAULT_LIMIT = 1000
"""Node-hours of an allocation when neither its maker nor its service says how many."""
BLANK = "This field may not be blank."
NO_OBJECT = "Invalid hyperlink - Object does not exist."

Faults = dict[str, tuple[str, str]]
"""What is wrong, by field: as the dialect says it, and for people."""


def refuse(faults: Mapping[str, tuple[str, str]]) -> None:
    """Raises Invalid with all faults, if there are any."""
    if faults:
        raise Invalid(
            "; ".join(told for _, told in faults.values()),
            data={"fields": {field: [says] for field, (says, _) in faults.items()}},
        )


def absent(what: str, uuid: str) -> tuple[str, str]:
    """The fault of a link that leads to nothing the actor may name."""
    return NO_OBJECT, f"there is no {what} {uuid!r} that you may use"


def name(value: str | None) -> Faults:
    """A name is 1 to 150 characters, blanks around it not counted."""
    if value is None:
        return {}
    if not value.strip():
        return {"name": (BLANK, "a name may not be blank")}
    return _length("name", value.strip(), NAME)


def description(value: str | None) -> Faults:
    """A description is up to 2000 characters."""
    return _length("description", value or "", DESCRIPTION)


def counterpart(value: str | None, *, remote: bool) -> Faults:
    """Groupname or remote project identifier: up to 64 characters."""
    field = counterpart_field(remote=remote)
    return {} if value in (None, KEEP) else _length(field, value or "", COUNTERPART)


def counterpart_field(*, remote: bool) -> str:
    """What the counterpart is called on the wire."""
    return "remote_project_identifier" if remote else "groupname"


def node_limit(value: int | None, least: int = 0) -> Faults:
    """A limit in node-hours; where `least` is -1 it may be unlimited."""
    if value is None:
        return {}
    if value < least:
        says = f"Ensure this value is greater than or equal to {least}."
        return {"node_limit": (says, f"a limit cannot be {value}, {least} is the least")}
    if value > MOST:
        says = f"Ensure this value is less than or equal to {MOST}."
        return {"node_limit": (says, f"a limit cannot be {value}, {MOST} is the most")}
    return {}


def set_limit(value: int) -> Faults:
    """A limit as set_limits takes it."""
    return node_limit(value, UNLIMITED)


def lowers(before: int, after: int) -> bool:
    """Whether a limit is less than the one before."""
    return after != UNLIMITED and (before == UNLIMITED or after < before)


def bound(limit: int) -> str:
    """A limit in words: `no limit`, `1,000 node-hours`."""
    return "no limit" if limit == UNLIMITED else f"{limit:,} node-hours"


def _length(field: str, value: str, most: int) -> Faults:
    if len(value) <= most:
        return {}
    told = f"a {field.replace('_', ' ')} has at most {most} characters, this one {len(value)}"
    return {field: (f"Ensure this field has no more than {most} characters.", told)}
