"""Lists of what tenants of NICo are given, by the command."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


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
