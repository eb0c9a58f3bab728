"""Values as NICo's servers of every age write them, read leniently (spec nico §1)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, PlainValidator
from pydantic.alias_generators import to_camel

from backend.decode import Body, Refused, Told, foreign
from backend.nico.rules.values import plain


def uuid(value: object) -> str:
    """A uuid of a server. Raises Refused."""
    try:
        return str(UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise Refused("is no uuid", "give 32 hexadecimal digits") from None


def uuid_or_none(value: object) -> str:
    """The same, `` for none."""
    return uuid(value) if value else ""


def reference(value: object) -> str:
    """What names something else, which has to be no uuid, `` for none. Raises Refused."""
    if value is None or isinstance(value, str):
        return plain(foreign(value or ""))
    raise Refused("is no uuid", "give 32 hexadecimal digits")


Uuid = Annotated[str, PlainValidator(uuid)]
SomeUuid = Annotated[str, PlainValidator(reference)]
Moment = Told | None


class Reply(Body):
    """A JSON object whose keys are written as NICo does, `tenantId` for `tenant_id`."""

    model_config = ConfigDict(**{**Body.model_config, "alias_generator": to_camel})
