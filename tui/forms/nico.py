"""The forms of NICo: what they ask, and the command that they make."""

from __future__ import annotations

from backend.backend import Backend
from backend.core.errors import NotFound
from backend.core.identity import Actor
from backend.core.plan import Plan
from backend.nico.model import (
    Bounds,
    ConstraintRow,
    ModifyNicoAllocation,
    NicoDetail,
    SetConstraintValue,
)
from backend.nico.model import Kind as Of
from tui.format import nico
from tui.forms.form import Changed, Field, Form, Kind, Value, at_most

MOST = 2**31 - 1
SHORTEST, LONGEST = 2, 256
DESCRIBED = at_most(4000)


def value(backend: Backend, row: ConstraintRow) -> Form:
    """Another number of machines, or another prefix length; beside it, what it is by now."""
    about_machines = row.kind is Of.MACHINES
    field = Field(
        "value",
        "Machines" if about_machines else "Prefix length",
        value=nico.value(row.kind, row.value),
        help=_allowed(row),
        check=_Within(row.kind, row.bounds),
        step=_Steps(row),
        required=True,
    )

    def command(changed: Changed) -> SetConstraintValue:
        return SetConstraintValue(
            actor=backend.connection.actor,
            allocation=row.allocation,
            constraint=row.uuid,
            value=number(str(changed["value"])),
        )

    async def now() -> dict[str, str]:
        found = (await backend.nico.constraints.rows([row.key])).get(row.key)
        if found is None:
            raise NotFound(f"{row.allocation_name} is no longer there", hint="esc closes")
        return {"value": nico.value(found.kind, found.value)}

    def seen(plan: Plan) -> dict[str, str]:
        set_to = getattr(plan.command, "value", row.value)
        before = plan.changes[0].before if plan.changes else set_to
        return {"value": nico.value(row.kind, int(str(before)))}

    title = f"{row.allocation_name} of {row.tenant_org}"
    key = f"constraint:{row.uuid}"
    return Form(title, key, (field,), command, note=_note(row), now=now, seen=seen)


def number(text: str) -> int:
    """A value as typed, `/22` and `1,200` too. Raises ValueError."""
    plain = text.strip().removeprefix("/").replace(",", "")
    if not plain.isascii() or not plain.isdigit() or int(plain) > MOST:
        raise ValueError("no whole number")
    return int(plain)


class _Within:
    """Refuses what the value may not become."""

    def __init__(self, kind: Of, bounds: Bounds | None) -> None:
        self._kind, self._bounds = kind, bounds

    def __call__(self, text: Value) -> None:
        found, wanted = self._bounds, number(str(text))
        if found is not None and not found.least <= wanted <= found.most:
            span = f"{nico.value(self._kind, found.least)} to {nico.value(self._kind, found.most)}"
            raise ValueError(f"{span}: {found.why}" if found.why else span)


class _Steps:
    """One more or less, within what the value may become."""

    def __init__(self, row: ConstraintRow) -> None:
        self._kind, self._bounds, self._now = row.kind, row.bounds, row.value

    def __call__(self, text: str, by: int) -> str:
        try:
            wanted = number(text) + by
        except ValueError:
            wanted = self._now
        if (found := self._bounds) is not None:
            wanted = min(max(wanted, found.least), found.most)
        return nico.value(self._kind, max(1, wanted))


def _allowed(row: ConstraintRow) -> str:
    if (found := row.bounds) is None:
        return "bounds unknown"
    return f"{nico.value(row.kind, found.least)} to {nico.value(row.kind, found.most)}"


def _note(row: ConstraintRow) -> str:
    if row.kind is Of.ADDRESSES:
        told = f"{row.cidr} of {row.resource_cidr}. Another size may be another network."
        return f"{told} The preview says which."
    used = f"{row.used:,} used" if row.used is not None else "use unknown"
    left = "none left"
    if row.room is None:
        left = "what is left is unknown"
    elif row.room > 0:
        left = f"{row.room:,} of {row.resource_name} left for anybody"
    return f"{row.resource_name} at {row.site_name}: {used}, {left}."


def record(actor: Actor, found: NicoDetail) -> Form:
    """Another name or description of an allocation."""
    row = found.row
    fields = (
        Field("name", "Name", value=row.name, check=named, required=True),
        Field("description", "Description", Kind.TEXT, found.description, check=DESCRIBED),
    )

    def command(changed: Changed) -> ModifyNicoAllocation:
        texts = {name: str(value) for name, value in changed.items()}
        return ModifyNicoAllocation(actor=actor, allocation=row.uuid, **texts)

    note = "The network that was carved is renamed, too." if row.cidr else ""
    return Form(f"Edit {row.name}", f"nico:{row.uuid}", fields, command, note=note)


def named(text: Value) -> None:
    """Refuses what is no name. Raises ValueError."""
    size = len(str(text).encode())
    if not SHORTEST <= size <= LONGEST:
        raise ValueError(f"{SHORTEST} to {LONGEST} bytes")
