"""What an award asks for, and when it may be decided (spec openportal §5.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.core.errors import Conflict, Invalid, NotAllowed
from backend.core.runtime import micros
from backend.openportal.model import HUNDREDTHS, MOST, Award, AwardState, Part, Service

AWARD_STATE, MANAGED, EMBARGO = "award_state", "managed", "embargo"
NOTHING = "no allocation"
PARTS = {"manager": Part.MANAGER, "pi": Part.MANAGER, "owner": Part.MANAGER, "admin": Part.ADMIN}
LINKS = ("award", "call", "project_link", "renewal")
"""What an award may link to."""
CONTROLS = ("open", "members_only", "roles_only", "locked")


@dataclass(frozen=True, slots=True)
class Terms:
    """What an award says: `amount` in node-hours, None for no allocation; `members` are addresses
    with what they are to be; `earliest` the first moment to approve it, 0 for any."""

    name: str
    description: str
    amount: int | None
    members: Mapping[str, Part]
    start_date: str
    end_date: str
    earliest: int


def terms(award: Award, service: Service) -> Terms:
    """The terms of an award on a service. Raises Invalid where they make no sense."""
    details = _object(award.details)
    told = details.get("members")
    members = told if isinstance(told, dict) else {}
    return Terms(
        name=_text(details, "name") or award.identifier,
        description=_text(details, "description"),
        amount=amount(_text(details, "allocation"), service),
        members={
            str(who): PARTS.get(str(what).lower(), Part.MEMBER) for who, what in members.items()
        },
        start_date=_text(details, "start_date")[:10],
        end_date=_text(details, "end_date")[:10],
        earliest=instant(_text(details, "earliest_approve")),
    )


def title(award: Award) -> str:
    """What an award is called, its identifier where it does not say or makes no sense."""
    try:
        return _text(_object(award.details), "name") or award.identifier
    except Invalid:
        return award.identifier


def amount(text: str, service: Service) -> int | None:
    """Node-hours from a text as `1000 NHR`, None for no allocation. Raises Invalid."""
    if not text.strip() or text.strip().lower() == NOTHING:
        return None
    number, _, unit = text.strip().partition(" ")
    try:
        value = Decimal(number)
        whole = int(value)
    except (InvalidOperation, ValueError, OverflowError):
        whole = -1
    if not 0 <= whole <= MOST // HUNDREDTHS:
        raise Invalid(f"the award's allocation {text!r} is no number of node-hours")
    if unit.strip() and unit.strip() != service.allocation_unit:
        raise Invalid(
            f"the award is in {unit.strip()}, {service.name} counts in {service.allocation_unit}",
            hint="have it awarded again in that unit",
        )
    return whole


def amount_text(limit: int, service: Service) -> str:
    """A limit as awards say it."""
    return f"{limit} {service.allocation_unit}"


def instant(text: str) -> int:
    """Microseconds since the epoch of an ISO date or date-time, 0 for none. Raises Invalid."""
    if not text:
        return 0
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no date", hint="such as 2026-12-24T12:00:00Z") from error
    return micros(found if found.tzinfo else found.replace(tzinfo=UTC))


def require_pending(award: Award) -> None:
    """Raises Conflict for what was decided already."""
    if award.state is not AwardState.PENDING:
        raise Conflict(
            f"award {award.identifier} is {award.state} already",
            hint="only what is pending can be decided",
            data={"rule": AWARD_STATE, "valid": [str(AwardState.PENDING)]},
        )


def require_open(award: Award, earliest: int, now: int) -> None:
    """Raises NotAllowed before the first moment to approve it."""
    if earliest > now:
        raise NotAllowed(
            f"award {award.identifier} may not be approved yet",
            hint="wait, or have the other portal take its embargo back",
            data={"rule": EMBARGO, "detail": "This project may not be approved yet."},
        )


def domains(text: str | None) -> list[str] | None:
    """Domains as the dialect lists them; None for all."""
    return None if text is None else [one.strip() for one in text.split(",") if one.strip()]


def noted(notes: str, text: str) -> str:
    """Notes with one more, which stands on a line of its own. Raises Invalid."""
    line = " ".join(text.split())
    if not line:
        raise Invalid(
            "a note may not be empty", data={"fields": {"text": ["This field may not be blank."]}}
        )
    return f"{notes}\n{line}" if notes else line


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Invalid("the award's details are no JSON object", hint="ask the other portal")
    return found


def _text(details: Mapping[str, Any], name: str) -> str:
    found = details.get(name)
    return found if isinstance(found, str) else ""
