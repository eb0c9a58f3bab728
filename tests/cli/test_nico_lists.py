"""Lists of what tenants of NICo are given, by the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run
from tui.panes import blocks, constraints, types
from tui.widgets.columns import Column

HEADINGS: Mapping[str, Sequence[Column[Any]]] = {
    "constraints": constraints.COLUMNS,
    "types": types.COLUMNS,
    "blocks": blocks.COLUMNS,
}


def test_allocations_say_how_they_are_and_networks_are_written_as_such(
    bursar: Run, demo: Path
) -> None:
    asked = ("allocations", "kind:nico", "name=acme-net", "--database", demo)
    (row,) = bursar(*asked, "--format", "json").data
    told = (row["state"], row["value"], row["used"], row["cidr"])
    assert told == ("Registered", 22, 3, "10.20.0.0/22")
    assert "  /22  " in bursar(*asked).out
    given = bursar("constraints", "name=acme-net", "--database", demo).out
    assert "  /22  " in given
    assert "3 subnets in use" in given


def test_what_is_left_of_types_is_asked_for_as_the_console_calls_it(
    bursar: Run, demo: Path
) -> None:
    def names(*filter: str) -> list[str]:
        asked = ("types", *filter, "--sort", "usable", "--database", demo, "--format", "json")
        return [row["name"] for row in bursar(*asked).data]

    assert names("left=0") == ["gb200"]
    assert names("usable<1 left>0") == ["cpu-genoa"]


def test_columns_are_asked_for_as_the_console_calls_them(bursar: Run, demo: Path) -> None:
    """Every heading that a console sorts by is one of `--sort`, `--columns` and of filters."""
    for what, columns in HEADINGS.items():
        for title in (column.title.lower().replace(" ", "_") for column in columns if column.sort):
            if title != "may_become":
                asked = (what, "--sort", title, "--columns", title, "--limit", 1)
                assert bursar(*asked, "--database", demo).code == 0, title
    rows = bursar("types", "--sort", "left", "--database", demo, "--format", "json").data
    assert [row["room"] for row in rows] == [0, 6, 9, 10]
    modes = bursar("constraints", "kind:ondemand", "--database", demo, "--format", "json").data
    assert [row["kind"] for row in modes] == ["OnDemand"]


def test_a_short_table_of_one_system_has_its_columns_alone(bursar: Run, demo: Path) -> None:
    def heads(*asked: str) -> list[str]:
        return bursar("allocations", *asked, "--database", demo).lines[0].lower().split()

    assert {"tenant", "resource", "value"} <= set(heads("kind:nico"))
    assert not {"amounts", "service", "node_limit"} & set(heads("kind:nico"))
    assert {"amounts", "service", "tenant"} <= set(heads())
    assert heads("kind:nico", "--columns", "service") == ["service"]


def test_the_network_that_something_is_of_is_shown_as_in_the_console(
    bursar: Run, demo: Path
) -> None:
    asked = ("constraints", "name=acme-net", "--database", demo)
    assert "10.20.0.0/16" in bursar(*asked).out
    (row,) = bursar(*asked, "--format", "json").data
    assert (row["resource"], row["block"]) == ("dc-sjc", "10.20.0.0/16")
