"""A context has an Astakos, a Placement, or both: the panes of what is not connected say so."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.backend import Badges
from tests.tui.afar import afar, arrived, left
from tests.tui.stage import play, press, said
from tests.tui.troubles import order, screen
from tui.panes import PANES, SCREENS, PaneInfo, beside, first, frame, unconnected

TOLD = {
    "astakos": ("No Astakos is connected in this context.", "[contexts.NAME.astakos]"),
    "placement": ("No Placement is connected in this context.", "[contexts.NAME.placement]"),
    "nico": ("No NICo is connected in this context.", "[contexts.NAME.nico]"),
    "openportal": ("No OpenPortal is connected in this context.", "[contexts.NAME.openportal]"),
    "placement|openportal|nico": (
        "No Placement is connected in this context, no OpenPortal and no NICo.",
        "[contexts.NAME.placement], [contexts.NAME.openportal] or [contexts.NAME.nico]",
    ),
}
"""What is not there and the setting that connects it, by what a list needs."""


def test_panes_of_a_system_that_is_not_connected_say_how_to_connect_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        for command in ("allocations", "inventories", "providers"):
            await order(pilot, command)
            told = said(pilot.app)
            assert "No Placement is connected in this context" in told
            assert "[contexts.NAME.placement]" in told
            await press(pilot, "e")
            assert "no Placement is connected" in said(pilot.app)
        await press(pilot, ":", *"orphans", "space", "x", "enter")
        assert "No Placement is" in screen(pilot).session.messages[-1].text
        await press(pilot, "6")
        assert "[contexts." not in "".join(said(pilot.app).split("\n")[:-2])
        await left(pilot)

    monkeypatch.chdir(tmp_path)
    with afar(Path()) as far:
        play(far.app(astakos=True), script)


@pytest.mark.parametrize(
    ("systems", "pane"),
    [
        ({"astakos", "placement"}, "projects"),
        ({"astakos"}, "projects"),
        ({"placement"}, "allocations"),
        ({"openportal"}, "allocations"),
        ({"nico"}, "allocations"),
        (set(), "audit"),
    ],
)
def test_a_console_begins_with_what_is_connected(systems: set[str], pane: str) -> None:
    assert first(systems) == pane


@pytest.mark.parametrize(
    ("systems", "shown"),
    [
        ({"nico", "placement"}, "constraints"),
        ({"nico"}, "constraints"),
        ({"placement"}, "inventories"),
        ({"astakos"}, "constraints"),
    ],
)
def test_a_digit_shows_the_view_that_is_connected(systems: set[str], shown: str) -> None:
    assert beside("constraints", systems) == shown


@pytest.mark.parametrize(
    ("systems", "width", "tab"),
    [
        ({"nico", "placement"}, 140, "4 Constraints 2!, inventories 3!"),
        ({"nico", "placement"}, 80, "4 Constr 2!, inv 3!"),
        ({"placement"}, 80, "4 Constr 3!"),
    ],
)
def test_a_count_of_another_list_than_the_digit_shows_has_its_name(
    systems: set[str], width: int, tab: str
) -> None:
    badges = Badges(4, 1, 0, overfull=3, overgiven=2 if "nico" in systems else 0)
    found = dict(frame.tabs(badges, systems, width))
    assert found["constraints"] == tab
    assert found["projects"].endswith(" 4")
    assert found["audit"] == "6 Audit"


@pytest.mark.parametrize(
    ("systems", "width", "tab"),
    [
        ({"astakos", "openportal"}, 140, "1 Projects 12, awards 3"),
        ({"astakos", "openportal"}, 90, "1 Proj 12, awards 3"),
        ({"astakos", "openportal"}, 80, "1 Proj 12"),
        ({"openportal"}, 80, "1 Proj 3"),
    ],
)
def test_awards_are_not_counted_as_applications(systems: set[str], width: int, tab: str) -> None:
    waiting = 12 if "astakos" in systems else 0
    badges = Badges(waiting, 14, 33, overfull=3, erred=6, awards=3)
    found = dict(frame.tabs(badges, systems, width))
    assert found["projects"] == tab
    assert sum(len(text) + 2 for text in found.values()) <= width - 2


@pytest.mark.parametrize("one", [*PANES, *SCREENS], ids=lambda one: one.id)
def test_every_list_needs_a_system_or_none(one: PaneInfo) -> None:
    assert unconnected(one.id, {"astakos", "placement", "openportal", "nico"}) == ()
    told = unconnected(one.id, set())
    if not one.system:
        assert told == ()
        return
    what, how, others = told
    assert (what, how.split(" in the configuration")[0]) == TOLD[one.system]
    assert how.endswith(" in the configuration connects one: docs/remote.md")
    assert others == "1 to 6 and : lead to the other lists"
