"""A form with a field of every kind, for tests of what works on any form."""

from __future__ import annotations

from backend.core.errors import NotFound
from backend.projects.model import ChangeUser, UserAction
from tests.worlds import OPERATOR
from tui.forms.form import Changed, Field, Form, Kind
from tui.forms.projects import capacities


async def find(name: str) -> str:
    """A uuid for ada only."""
    if name != "ada@uni.example":
        raise NotFound(f"nobody is known as {name!r}")
    return "ada's uuid"


def command(changed: Changed) -> ChangeUser:
    """Any command."""
    return ChangeUser(actor=OPERATOR, user=str(changed), action=UserAction.VERIFY)


def sample(**values: str) -> Form:
    """Every kind, with these values now."""
    now = {"name": "phys.lab", "many": "20G", "day": "2027-03-31", "kind": "auto", **values}

    def field(id: str, kind: Kind, label: str = "", **given: object) -> Field:
        return Field(id, label or id, kind, now.get(id, ""), **given)  # type: ignore[arg-type]

    return Form(
        "Sample",
        "sample",
        (
            field("name", Kind.LINE, "Name", help="such as x.y", required=True),
            field("person", Kind.PERSON, find=find),
            field("many", Kind.AMOUNT),
            field("day", Kind.DATE, section="DATES"),
            field("kind", Kind.CHOICE, choices=("auto", "closed")),
            field("limit.a b=c.project", Kind.AMOUNT, "PROJECT", section="LIMITS", row="a b=c"),
            field("limit.a b=c.member", Kind.AMOUNT, "MEMBER", section="LIMITS", row="a b=c"),
            field("words", Kind.TEXT, "Words", help="for people", section="TEXTS"),
        ),
        command,
        capacities,
        "Said above.",
    )
