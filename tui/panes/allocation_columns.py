"""How allocations of all systems are shown in one list: each column by kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from backend.allocations.model import AllocationRow
from backend.nico.model import Kind, NicoRow
from backend.openportal.model import PortalRow
from backend.placement.model import ConsumerRow
from tui.format import ages, nico, portal
from tui.format.holders import project_of, type_of
from tui.format.lines import QUIET, Look
from tui.format.stock import amounts_fitting
from tui.format.units import UNKNOWN
from tui.widgets.columns import Column
from tui.widgets.strips import Cell


def _by_kind(
    of_consumer: Callable[[ConsumerRow, Look], Cell],
    of_portal: Callable[[PortalRow, Look], Cell],
    of_nico: Callable[[NicoRow, Look], Cell],
) -> Callable[[AllocationRow, Look], Cell]:
    def cell(row: AllocationRow, look: Look) -> Cell:
        of = row.of
        if isinstance(of, NicoRow):
            return of_nico(of, look)
        return of_portal(of, look) if isinstance(of, PortalRow) else of_consumer(of, look)

    return cell


def _nico_amount(row: NicoRow, look: Look) -> Cell:
    if row.kind is Kind.MACHINES:
        return f"{row.value:,} of {row.resource_name}, {nico.used(row)} in use"
    return f"{row.cidr or nico.value(row.kind, row.value)} of {row.resource_name}"


def _project(row: ConsumerRow, look: Look) -> Cell:
    return project_of(row.project, row.project_name, row.known)


def _portal_project(row: PortalRow, look: Look) -> Cell:
    return row.project_name or (UNKNOWN, QUIET)


def _type(row: ConsumerRow, look: Look) -> Cell:
    return type_of(row.consumer_type, row.known)


def _where(row: ConsumerRow, look: Look) -> Cell:
    return row.provider if row.providers == 1 else f"{row.providers:,} providers"


def _generation(row: ConsumerRow, look: Look) -> Cell:
    return f"gen {row.generation}" if row.known else (UNKNOWN, QUIET)


def _age(row: AllocationRow, look: Look) -> Cell:
    made = row.of.created_at
    return ages.age_in(look.width, made, look.now) if made else (UNKNOWN, QUIET)


def _figure(row: AllocationRow) -> int | None:
    of = row.of
    if isinstance(of, NicoRow):
        return of.used
    if isinstance(of, PortalRow):
        return of.usage
    return of.generation if of.known else None


_NAME = _by_kind(lambda row, look: row.uuid, lambda row, look: row.name, lambda row, look: row.name)
_WHOSE = _by_kind(_project, _portal_project, lambda row, look: row.tenant_org)
_STATE = _by_kind(_type, lambda row, look: portal.state(row), lambda row, look: row.status)
_AMOUNT = _by_kind(
    lambda row, look: amounts_fitting(row.amounts, look), portal.fitting, _nico_amount
)
_PLACE = _by_kind(_where, portal.where, lambda row, look: row.site_name)
_USE = _by_kind(_generation, portal.use, lambda row, look: f"{nico.used(row)} used")
COLUMNS: tuple[Column[AllocationRow], ...] = (
    Column("kind", "KIND", lambda row, look: row.kind.value, 4, sort="kind"),
    Column("name", "NAME OR ID", _NAME, 12, 36, sort="name", middle=True),
    Column("project", "PROJECT", _WHOSE, 11, 22, sort="project", middle=True),
    Column("state", "STATE/TYPE", _STATE, 10, 18, sort="state", news=True),
    Column("amount", "AMOUNT", _AMOUNT, 24, 44, sort="amount"),
    Column("where", "WHERE", _PLACE, 11, 26, drop=20, sort="where", middle=True),
    Column("age", "AGE", _age, 5, right=True, drop=30, sort="age", ages=True),
    Column("use", "USE", _USE, 11, 16, drop=10, sort="share", figure=_figure, ages=True),
)
NARROWED = {"project": 9, "amount": 16, "use": 10}


def columns_for(portal: bool) -> Sequence[Column[AllocationRow]]:
    """See `COLUMNS`. With OpenPortal (`portal`) names repeat on every cluster, so that WHERE has
    its place on 80 cells; amounts of consumers give way."""
    return NARROW if portal else COLUMNS


NARROW = tuple(replace(one, width=NARROWED.get(one.id, one.width)) for one in COLUMNS)
