"""Bodies of requests, field by field, every fault at once (spec openportal §1.2, §3.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from backend.core.errors import Invalid
from backend.core.text import UNSTORABLE
from backend.openportal.model import MOST
from backend.openportal.rules import awards
from backend.openportal.rules.values import BLANK, COUNTERPART, DESCRIPTION, NAME
from backend.openportal.wire import links

REQUIRED = "This field is required."
NULL = "This field may not be null."
NOT_TEXT = "Not a valid string."
NOT_WHOLE = "A valid integer is required."
NULL_CHARACTER = "Null characters are not allowed."
HALF_CHARACTER = "Half a surrogate pair is not allowed."
NOT_DATE = (
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)
LONGEST = 10_000
"""Characters of a comment, an error or a note."""
DIGITS = 1000

Faults = dict[str, list[str]]
Reader = Callable[[object], Any]
Fields = Mapping[str, Reader]

_WHOLE = re.compile(r"\s*([+-]?[0-9]+)(?:\.0*)?\s*\Z")


class Wrong(ValueError):
    """A value that a field does not take; the message is what the dialect says."""


def read(
    body: object, fields: Fields, required: Collection[str] = ()
) -> tuple[dict[str, Any], Faults]:
    """What a body says of these fields, and what is wrong with it; others are ignored. Raises
    Invalid when it is no object."""
    if not isinstance(body, dict):
        raise refused({"non_field_errors": [not_object(body)]})
    told: dict[str, Any] = {}
    faults: Faults = {name: [REQUIRED] for name in required if name not in body}
    for name, reader in fields.items():
        if name in body:
            try:
                told[name] = reader(body[name])
            except (Wrong, links.WrongLink) as error:
                faults[name] = [str(error)]
    return told, {name: faults[name] for name in fields if name in faults}


def wanted(body: object, fields: Fields, required: Collection[str] = ()) -> dict[str, Any]:
    """The same where nothing is wrong. Raises Invalid."""
    told, faults = read(body, fields, required)
    if faults:
        raise refused(faults)
    return told


def refused(faults: Faults) -> Invalid:
    """What is wrong with a body, as an error."""
    told = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in faults.items())
    return Invalid(told, data={"fields": faults})


def not_object(body: object) -> str:
    """What is said of a body that is something else."""
    kind = type(body).__name__ if body is not None else "NoneType"
    return f"Invalid data. Expected a dictionary, but got {kind}."


def text(most: int, value: object, *, blank: bool = True, trim: bool = True) -> str:
    """A text of so many characters, without the space around it."""
    if value is None:
        raise Wrong(NULL)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong(NOT_TEXT)
    found = str(value).strip() if trim else str(value)
    if not found and not blank:
        raise Wrong(BLANK)
    if UNSTORABLE.search(found):
        raise Wrong(NULL_CHARACTER if "\0" in found else HALF_CHARACTER)
    if len(found) > most:
        raise Wrong(f"Ensure this field has no more than {most} characters.")
    return found


def or_none(reader: Reader, value: object) -> Any:
    """The same, or null."""
    return None if value is None else reader(value)


def whole(least: int, value: object) -> int:
    """A whole number of at least this, as JSON or as text."""
    if value is None:
        raise Wrong(NULL)
    if isinstance(value, str) and len(value) > DIGITS:
        raise Wrong("String value too large.")
    found = _WHOLE.match(str(value)) if isinstance(value, str | int | float) else None
    if isinstance(value, bool) or found is None:
        raise Wrong(NOT_WHOLE)
    number = int(found[1])
    if number < least:
        raise Wrong(f"Ensure this value is greater than or equal to {least}.")
    if number > MOST:
        raise Wrong(f"Ensure this value is less than or equal to {MOST}.")
    return number


def link(collection: str, value: object) -> str:
    """The uuid that a URL names, `` for what is no uuid."""
    if value is None or value == "":
        raise Wrong(NULL)
    return links.uuid_of(value, collection)


def uuid(value: object) -> str:
    """A uuid as it is kept."""
    found = links.plain(value) if isinstance(value, str) else ""
    if not found:
        raise Wrong("Must be a valid UUID." if value is not None else NULL)
    return found


def date(value: object) -> str:
    """A date and time as it was written, `` for null."""
    if value is None:
        return ""
    try:
        return datetime.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Wrong(NOT_DATE) from None


LONG_TEXT = partial(text, LONGEST)
SHORT_NAME = partial(or_none, partial(text, NAME))
COUNTERPARTS = {False: "groupname", True: "remote_project_identifier"}


def changes(*, remote: bool) -> Fields:
    """What may be changed of an allocation."""
    return {
        "name": partial(text, NAME, blank=False),
        "description": partial(text, DESCRIPTION),
        "node_limit": partial(whole, 0),
        COUNTERPARTS[remote]: partial(or_none, partial(text, COUNTERPART)),
    }


def creation(*, remote: bool) -> Fields:
    """What a new allocation is made of."""
    name, *rest = changes(remote=remote).items()
    places = {
        "service_settings": partial(link, links.SERVICES),
        "project": partial(link, links.PROJECTS),
    }
    return dict([name]) | places | dict(rest)


LIMIT: Fields = {"node_limit": partial(whole, -1)}
FAILURE: Fields = {"error_message": LONG_TEXT, "error_traceback": LONG_TEXT}


def linked(value: object) -> Any:
    """A link as an object with `id` and `url`, or null; a text is a URL."""
    if value is None or isinstance(value, dict):
        return value
    if isinstance(value, str):
        return {"id": None, "url": LONG_TEXT(value)}
    raise Wrong(not_object(value))


def domains(value: object) -> str | None:
    """Domains as a list or a text with commas between them; null for all."""
    if value is None or isinstance(value, str):
        return value if value is None else LONG_TEXT(value)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Wrong(f'Expected a list of items but got type "{type(value).__name__}".')
    return LONG_TEXT(", ".join(value))


def control(value: object) -> str:
    """Who may change the members of a project at another portal."""
    if value not in awards.CONTROLS:
        raise Wrong(f'"{value}" is not a valid choice.')
    return str(value)


COMMENT: Fields = {"comment": LONG_TEXT}
NOTE: Fields = {"text": partial(text, LONGEST, blank=False)}
ATTACH: Fields = {"project_uuid": uuid}
LINKS: Fields = dict.fromkeys(awards.LINKS, linked)
DOMAINS: Fields = {"allowed_domains": domains}
EARLIEST: Fields = {"earliest_approve": date}
CONTROL: Fields = {"membership_control": control}
SHORTNAME: Fields = {"shortname": SHORT_NAME}
DESTINATIONS: Fields = {"allowed_destinations": partial(or_none, LONG_TEXT)}
