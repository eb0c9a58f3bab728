"""The form of a new allocation of NICo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.backend import Backend
from backend.core.errors import NotFound
from backend.core.listing import Query
from backend.nico.model import BlockRow, Choice, CreateNicoAllocation, Kind, TypeRow
from tui.forms.form import Changed, Field, Form, Value
from tui.forms.form import Kind as Asked
from tui.forms.nico import DESCRIBED, named, number

OFFERED, NAMED = 500, 3
"""Types or blocks of a site that are looked at, and those that are named beside a field."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An instance type or a block of a site; `names` are what it may be called by, `room` what is
    left of it in words, `most` machines at most, or `least` as the shortest prefix."""

    uuid: str
    site: Choice
    names: tuple[str, ...]
    room: str
    least: int
    most: int


class NewNico:
    """Makes the form for what is `machines` or `addresses`."""

    def __init__(self, backend: Backend, kind: str) -> None:
        self._backend = backend
        self._kind = Kind.MACHINES if kind == "machines" else Kind.ADDRESSES
        self._offers: list[Offer] = []
        self._tenants: Sequence[Choice] = ()

    async def form(self) -> Form:
        """With what there is to give beside the fields. Raises NotFound when nobody is there."""
        await self._read()
        machines = self._kind is Kind.MACHINES
        fields = (
            Field("resource", "Instance type" if machines else "Block", help=self._such_as(),
                  find=self._resource, required=True),
            Field("tenant", "Tenant", help=f"such as {_listed(one.name for one in self._tenants)}",
                  find=self._tenant, required=True),
            Field("name", "Name", check=named, required=True),
            Field("value", "Machines" if machines else "Prefix length", check=_amount,
                  help="how many" if machines else "such as 24; the preview says which network",
                  required=True),
            Field("description", "Description", Asked.TEXT, check=DESCRIBED),
        )  # fmt: skip
        title = "New allocation of machines" if machines else "New allocation of a network"
        key = f"new-nico:{self._kind.value}"
        return Form(title, key, fields, self._command, self._problems)

    def _command(self, changed: Changed) -> CreateNicoAllocation:
        resource = str(changed["resource"])
        offer = next(one for one in self._offers if one.uuid == resource)
        description = changed.get("description")
        return CreateNicoAllocation(
            actor=self._backend.connection.actor,
            name=str(changed["name"]),
            tenant=str(changed["tenant"]),
            site=offer.site.uuid,
            kind=self._kind,
            resource=resource,
            value=number(str(changed["value"])),
            description=None if description is None else str(description),
        )

    async def _read(self) -> None:
        nico = self._backend.nico
        self._tenants = await nico.choices("tenant", "")
        if not self._tenants:
            raise NotFound("there is no tenant to give something to")
        for site in await nico.choices("site", ""):
            query = Query(scope=f"site:{site.uuid}")
            if self._kind is Kind.MACHINES:
                rows = await nico.types.page(query, OFFERED)
                self._offers += [_of_type(row, site) for row in rows]
            else:
                blocks = await nico.blocks.page(query, OFFERED)
                self._offers += [_of_block(row, site) for row in blocks]

    def _such_as(self) -> str:
        offers = sorted(self._offers, key=lambda one: one.least > one.most)
        alike = Counter(one.names[0] for one in offers)
        told = [one.names[-1 if alike[one.names[0]] > 1 else 0] for one in offers[:NAMED]]
        shown = [f"{name} ({one.room})" for name, one in zip(told, offers, strict=False)]
        more = " ..." if len(self._offers) > NAMED else ""
        return f"such as {', '.join(shown)}{more}"

    def _problems(self, read: Mapping[str, Value | None]) -> Mapping[str, str]:
        """What is more than there is left."""
        wanted, offer = read.get("value"), self._meant(str(read.get("resource") or ""))
        if wanted is None or len(offer) != 1:
            return {}
        one = offer[0]
        return {} if one.least <= number(str(wanted)) <= one.most else {"value": one.room}

    def _meant(self, text: str) -> list[Offer]:
        folded = text.strip().casefold()
        return [one for one in self._offers if folded in (*one.names, one.uuid)]

    async def _resource(self, text: str) -> str:
        found = self._meant(text)
        if len(found) == 1:
            return found[0].uuid
        if found:
            names = ", ".join(one.names[-1] for one in found[:NAMED])
            raise NotFound(f"several are called {text}: {names}")
        raise NotFound(f"nothing is called {text}")

    async def _tenant(self, text: str) -> str:
        folded = text.strip().casefold()
        found = [one for one in self._tenants if folded in (one.name.casefold(), one.uuid)]
        if len(found) != 1:
            raise NotFound(f"no tenant is called {text}")
        return found[0].uuid


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return ", ".join(found[:NAMED]) + (" ..." if len(found) > NAMED else "")


def _of_type(row: TypeRow, site: Choice) -> Offer:
    names = (row.name.casefold(), f"{row.name}@{site.name}".casefold())
    return Offer(row.uuid, site, names, f"{max(0, row.room):,} left", 1, max(0, row.room))


def _of_block(row: BlockRow, site: Choice) -> Offer:
    block = row.block
    _, _, length = row.largest.partition("/")
    room = f"largest free /{length}" if length else "nothing free"
    names = (block.cidr, block.name.casefold(), f"{block.cidr}@{site.name}".casefold())
    least = int(length) if length else block.bits + 1
    return Offer(block.uuid, site, names, room, least, block.bits)


def _amount(text: Value) -> None:
    if number(str(text)) < 1:
        raise ValueError("at least 1")
