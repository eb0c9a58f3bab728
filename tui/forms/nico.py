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
    about_machines, latest = row.kind is Of.MACHINES, _Latest(row)
    field = Field(
        "value",
        "Machines" if about_machines else "Prefix length",
        value=nico.value(row.kind, row.value),
        help=latest.allowed,
        check=latest.check,
        step=latest.step,
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
        latest.row = found
        return {"value": nico.value(found.kind, found.value)}

    def seen(plan: Plan) -> dict[str, str]:
        set_to = getattr(plan.command, "value", row.value)
        before = plan.changes[0].before if plan.changes else set_to
        return {"value": nico.value(row.kind, int(str(before)))}

    title = f"{row.allocation_name} of {row.tenant_org}"
    key = f"constraint:{row.uuid}"
    return Form(title, key, (field,), command, note=latest.note, now=now, seen=seen)


def number(text: str) -> int:
    """A value as typed, `/22` and `1,200` too. Raises ValueError."""
    plain = text.strip().removeprefix("/").replace(",", "")
    if not plain.isascii() or not plain.isdigit() or int(plain) > MOST:
        raise ValueError("no whole number")
    return int(plain)


class _Latest:
    """A constraint as it was read last, and what its value may become then."""

    def __init__(self, row: ConstraintRow) -> None:
        self.row = row
        self._opened = row.value

    def allowed(self) -> str:
        """`3 to 6`."""
        if (found := self.row.bounds) is None:
            return "bounds unknown"
        return nico.why_not(found) or self._span(found)

    def check(self, text: Value) -> None:
        """Refuses what the value may not become. Raises ValueError."""
        found, wanted = self.row.bounds, number(str(text))
        if found is None or wanted == self.row.value or found.least <= wanted <= found.most:
            return
        span = nico.why_not(found) or f"{self._span(found)}: {found.why}".removesuffix(": ")
        raise ValueError(span)

    def step(self, text: str, by: int) -> str:
        """One more or less, within what the value may become."""
        try:
            wanted = number(text) + by
        except ValueError:
            wanted = self._opened
        if (found := self.row.bounds) is not None and not found.fixed:
            wanted = min(max(wanted, found.least), found.most)
        return nico.value(self.row.kind, max(1, wanted))

    def _span(self, found: Bounds) -> str:
        kind = self.row.kind
        return f"{nico.value(kind, found.least)} to {nico.value(kind, found.most)}"

    def note(self) -> str:
        """Where the network is, or what there is of the type besides."""
        row = self.row
        if row.kind is Of.ADDRESSES:
            told = f"{row.cidr} of {row.resource_cidr}. Another size may be another network."
            return f"{told} The preview says which."
        left = "what is left is unknown"
        if row.room is not None:
            many = f"{row.room:,}" if row.room > 0 else "none"
            left = f"{many} of {row.resource_name} left for anybody"
        return f"{row.resource_name} at {row.site_name}: {self._used()}; {left}."

    def _used(self) -> str:
        """Of all that the tenant has of the type, which one allocation may be a part of."""
        row = self.row
        if row.used is None:
            return "use unknown"
        in_all = nico.held(row)
        whole = "" if in_all is None else f" of its {in_all:,}"
        return f"{row.tenant_org} uses {row.used:,}{whole}"


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
