"""The forms of consumers and inventories: what they ask, and what is then wanted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.backend import Backend
from backend.placement.model import ConsumerDetail, InventoryRow, ProviderDetail, Stock
from backend.placement.model.entities import MOST, UNTYPED
from tui.format.lines import Look
from tui.format.stock import figure, units_allowed
from tui.forms.form import Changed, Field, Form, Kind, Value, at_most
from tui.wishes import ConsumerWish, Key, StockWish, edited

TYPE = re.compile(r"[A-Z0-9_]{1,255}")
LONGEST = 255
_NAME = at_most(LONGEST)
WHOSE = {"project": "project", "user": "user", "type": "consumer_type"}
"""What a claim calls the fields of a consumer."""
FIGURES = ("total", "reserved", "min_unit", "max_unit", "step_size")
RATIO = "allocation_ratio"
NOTHING_LEFT = "nothing would be left; the list's {key} removes a consumer"


class PlacementForms:
    """Makes the forms for one connection; `look` is how amounts are written beside fields."""

    def __init__(self, backend: Backend, look: Look, delete: str) -> None:
        self._backend, self._look, self._delete = backend, look, delete

    def amounts(self, found: ConsumerDetail, offered: Sequence[ProviderDetail]) -> Form:
        """What a consumer holds, class by class, with those that its providers have besides."""
        row, places = found.row, _places(found, offered)
        fields = [*self._amounts(found, offered), *_whose(found)]

        def wish(changed: Changed) -> ConsumerWish:
            amounts = {places[id]: int(value) for id, value in changed.items() if id in places}
            whose = {WHOSE[id]: str(value) for id, value in changed.items() if id in WHOSE}
            return ConsumerWish(self._backend, found, lambda base: edited(base, amounts, whose))

        def problems(read: Mapping[str, Value | None]) -> Mapping[str, str]:
            first = next(iter(places), "")
            left = any(read.get(id) for id in places)
            return {} if left else {first: NOTHING_LEFT.format(key=self._delete)}

        note = "All that it holds is replaced by this, if nobody changed it meanwhile. 0 for none."
        title, key = f"Amounts of {row.uuid}", f"allocations:{row.uuid}"
        return Form(title, key, tuple(fields), lambda c: wish(c).command, problems, note, wish)

    def stock(self, row: InventoryRow) -> Form:
        """The six fields of an inventory."""
        stock, look = row.stock, self._look

        def wish(changed: Changed) -> StockWish:
            values: dict[str, Any] = {
                id: float(value) if id == RATIO else int(value) for id, value in changed.items()
            }
            return StockWish(self._backend, row, lambda base: replace(base, **values))

        note = f"{figure(row.used, look)} of {figure(row.capacity, look)} used. All six are sent."
        title = f"{row.resource_class} of {row.provider_name}"
        key = f"inventory:{row.provider}/{row.resource_class}"
        fields = (*_figures(stock, look), _ratio(stock))
        return Form(title, key, fields, lambda c: wish(c).command, note=note, wish=wish)

    def _amounts(self, found: ConsumerDetail, offered: Sequence[ProviderDetail]) -> Iterator[Field]:
        held = _held(found)
        for one in offered:
            provider, rows = one.row.provider, {row.resource_class: row for row in one.inventories}
            gone = [name for uuid, name in held if uuid == provider.uuid and name not in rows]
            for name in [*rows, *gone]:
                number = held.get((provider.uuid, name))
                help = self._room(rows.get(name), number or 0)
                value = "" if number is None else str(number)
                yield Field(f"{provider.name}/{name}", name, Kind.AMOUNT, value, help,
                            section=provider.name)  # fmt: skip

    def _room(self, row: InventoryRow | None, own: int) -> str:
        """What can be had: what is free and what is held, and in which amounts."""
        if row is None:
            return "no inventory of it"
        most = max(own, row.free + own) if row.over_by else row.free + own
        return f"up to {figure(most, self._look)}; {units_allowed(row.stock, self._look)}"


def _places(found: ConsumerDetail, offered: Sequence[ProviderDetail]) -> dict[str, Key]:
    """Which amount a field is, by its id."""
    names = {one.row.provider.uuid: one.row.provider.name for one in offered}
    keys = [(one.row.provider.uuid, row.resource_class)
            for one in offered for row in one.inventories]  # fmt: skip
    keys += [key for key in _held(found) if key[0] in names]
    return {f"{names[uuid]}/{name}": (uuid, name) for uuid, name in keys}


def _held(found: ConsumerDetail) -> dict[Key, int]:
    return {
        (share.provider.uuid, name): amount
        for share in found.shares
        for name, amount, _ in share.amounts
    }


def _whose(found: ConsumerDetail) -> Iterator[Field]:
    row, section = found.row, "CONSUMER"
    yield Field("project", "Project", value=row.project, help=row.project_name, check=_NAME,
                required=True, section=section)  # fmt: skip
    yield Field("user", "User", value=row.user, help=row.user_name, check=_NAME, required=True,
                section=section)  # fmt: skip
    typed = row.consumer_type != UNTYPED
    help = "such as INSTANCE" if typed else "has none; such as INSTANCE"
    yield Field("type", "Type", value=row.consumer_type, help=help, check=_type, required=typed,
                section=section)  # fmt: skip


def _figures(stock: Stock, look: Look) -> Iterator[Field]:
    helps = {
        "total": "in all",
        "reserved": "kept back of it",
        "min_unit": "least of a consumer",
        "max_unit": "most of a consumer",
        "step_size": "in multiples of it",
    }
    for name in FIGURES:
        least = 0 if name == "reserved" else 1
        yield Field(name, name, Kind.AMOUNT, str(getattr(stock, name)), helps[name],
                    check=_between(least), required=True)  # fmt: skip


def _ratio(stock: Stock) -> Field:
    value = repr(float(stock.allocation_ratio)).removesuffix(".0")
    help = "of total - reserved"
    return Field(RATIO, RATIO, value=value, help=help, check=_share, required=True)


class _between:
    """Refuses figures that an inventory cannot have."""

    def __init__(self, least: int) -> None:
        self._least = least

    def __call__(self, value: Value) -> None:
        if not self._least <= int(value) <= MOST:
            raise ValueError(f"{self._least} to {MOST:,}")


def _share(value: Value) -> None:
    try:
        number = float(value)
    except ValueError:
        raise ValueError("no number, such as 1.5") from None
    if not 0 <= number <= 3.4e38 or not math.isfinite(number):
        raise ValueError("not below 0, and finite")


def _type(value: Value) -> None:
    if not TYPE.fullmatch(str(value)):
        raise ValueError("capitals, digits and _, such as INSTANCE")
