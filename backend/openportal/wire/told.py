"""Values as servers of every generation write them, read leniently (spec openportal §0, §2.1)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import PlainValidator

from backend.decode import INT64_MAX, Refused, Told
from backend.openportal.model import HUNDREDTHS, State

HEX = re.compile(r"[0-9a-f]{32}\Z")
NUMBER = re.compile(r"-?\d+")
UNIT = Decimal(1) / HUNDREDTHS


def undashed(text: str) -> str:
    """A uuid as it is kept: 32 digits, whatever else it was."""
    return text.replace("-", "").lower()


def uuid(value: object) -> str:
    """A uuid of a server. Raises Refused."""
    found = undashed(value) if isinstance(value, str) else ""
    if not HEX.match(found):
        raise Refused("is no uuid", "give 32 hexadecimal digits")
    return found


def uuid_or_none(value: object) -> str:
    """The same, `` for none."""
    return uuid(value) if value else ""


def uuid_of_link(value: object) -> str:
    """The uuid that a link ends with, `` for none."""
    end = urlsplit(value).path.rstrip("/").rpartition("/")[2] if isinstance(value, str) else ""
    found = undashed(end)
    return found if HEX.match(found) else ""


def hundredths(value: object) -> int | None:
    """Node-hours such as `"86.40"` in hundredths; None for none. Raises Refused."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused("is no number", "give node-hours such as 86.40")
    try:
        found = int(Decimal(str(value).strip()).quantize(UNIT) * HUNDREDTHS)
    except InvalidOperation:
        raise Refused("is no number", "give node-hours such as 86.40") from None
    if abs(found) > INT64_MAX:
        raise Refused("is too large", "give node-hours such as 86.40")
    return found


def state(told: str) -> State:
    """What a state is called here: `Erred`, `Creation Scheduled` and `ERRED` are all known."""
    name = told.strip().upper().replace(" ", "_").replace("-", "_")
    return State(name) if name in State.__members__ else State.UNKNOWN


def amount(value: object) -> int:
    """The number a text such as `1000 NHR` begins with, 0 for none."""
    found = NUMBER.match(str(value).strip()) if isinstance(value, str | int | float) else None
    return min(max(int(found.group()), 0), INT64_MAX) if found else 0


Uuid = Annotated[str, PlainValidator(uuid)]
SomeUuid = Annotated[str, PlainValidator(uuid_or_none)]
Linked = Annotated[str, PlainValidator(uuid_of_link)]
Hours = Annotated[int | None, PlainValidator(hundredths)]
Quantity = Annotated[int, PlainValidator(amount)]
Moment = Told | None
