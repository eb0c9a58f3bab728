"""Allocations of OpenPortal, codes, services and awards: what is shown, found, copied, added up."""

from __future__ import annotations

import json
import re

import pytest
from textual.pilot import Pilot

from backend.core.identity import Actor, Role
from tests.tui.portals import portal_of
from tests.tui.stage import NARROW, WIDE, Stage, play, press, said, until
from tests.tui.troubles import listed, order, screen
from tui.panes.codes import CodesPane
from tui.panes.projects import ProjectsPane
from tui.panes.raw import RawPane
from tui.widgets.menu import Menu
from tui.widgets.overlay import Overlay


def test_all_kinds_stand_in_one_list_with_what_there_is_to_say(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        await listed(pilot, lambda count: count == 11)
        told = said(pilot.app)
        for line in (
            r"PLC +6a1c\S+ clim\S+ INSTANCE +VCPU 16 MEMORY ~ +\S+ +gen 1",
            r"OPL +ocean +Ocean +OK +379\.25 of 1,000 +Isambard 3 +37%",
            r"OPL +ocean-ai +Ocean +OK +0 of 1,000 +Isambard AI +37% CODE",
            r"OPL +ice +Ice +OK +40 of 40 +Isambard 3 +100% FULL",
            r"OPL +ice-dev +Ice +ERRED +0 of 40 +Isambard AI +100% ERR",
            r"OPR +ocean-air +Ocean +UPDATING +0 of 800 +\S+ +waits",
            r"OPL +corpse +Lab +DELETING +0 of inf +Isambard 3 +stuck 5 h",
        ):
            assert re.search(line, told), line
        assert "node-hours this month" in told

    play(harbour.app(), script)


@pytest.mark.parametrize(
    ("text", "names"),
    [("kind:opr", {"ice-air", "ocean-air"}), ("erred", {"ice-dev"}),
     ("busy", {"ocean-air", "corpse"}),
     ("code=ice kind:opl", {"ice", "ice-dev"}), ("waiting", {"ocean-air"})],
)  # fmt: skip
def test_filters_find_allocations_by_what_they_are(
    harbour: Stage, text: str, names: set[str]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, f"allocations {text}")
        await listed(pilot, lambda count: count == len(names))
        assert {*re.findall(r"OP[LR] +([\w-]+)", said(pilot.app))} - {"OpenPortal"} == names

    play(harbour.app(), script)


def test_what_an_allocation_shares_is_counted_once(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name=ocean")
        await press(pilot, "enter")
        await until(pilot, lambda: "PROJECT CODE a6b" in said(pilot.app))
        told = said(pilot.app)
        assert "shared with Isambard AI" in told
        assert re.search(r"together 379\.25 of 1,000 +37%", told)
        await press(pilot, "escape")
        await order(pilot, "codes")
        await until(pilot, lambda: isinstance(pilot.app.screen, CodesPane))
        assert re.search(r"a6b +Ocean +1,000 +379\.25 +37%", said(pilot.app))
        assert re.search(r"ice +Ice +40 +40 +100% FULL", said(pilot.app))

    play(harbour.app(WIDE), script, WIDE)


def test_codes_are_found_and_ordered_by_how_full_they_are(harbour: Stage) -> None:
    p = portal_of(harbour)
    found = p.see(lambda tx: tx.scalar("SELECT uuid FROM portal_allocation WHERE name = 'corpse'"))
    p.put(str(found), node_limit=10, node_usage=2500)

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "codes share>=90%")
        await listed(pilot, lambda count: count == 2)
        await order(pilot, "codes share>=0%")
        await listed(pilot, lambda count: count == 3)
        assert re.findall(r"(\d+)%", said(pilot.app).split("share>=0%")[1]) == ["250", "100", "37"]
        await press(pilot, "S")
        await until(pilot, lambda: "sort USE^" in said(pilot.app))
        assert re.findall(r"(\d+)%", said(pilot.app).split("share>=0%")[1]) == ["37", "100", "250"]

    play(harbour.app(), script)


def test_limits_of_a_code_that_differ_are_no_sum(harbour: Stage) -> None:
    p = portal_of(harbour)
    uuid = p.see(lambda tx: tx.scalar("SELECT uuid FROM portal_allocation WHERE name = 'ocean-ai'"))
    p.put(str(uuid), node_limit=2500)

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name:ocean kind:opl")
        await listed(pilot, lambda count: count == 2)
        await press(pilot, "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))
        assert re.search(r"Limit +differs +between services of the code ", said(pilot.app))
        await press(pilot, "escape")
        await order(pilot, "allocations kind:opl")
        await listed(pilot, lambda count: count == 5)
        await press(pilot, "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))
        told = said(pilot.app)
        assert re.search(r"Limit differs +1 +codes, not in the sum ", told)
        assert re.search(r"Limit +40 +of 1 project code, each once ", told)
        assert re.search(r"Used this month +40 +of the same, node-hours: 100% ", told)
        assert re.search(r"Used in all +419\.25 +with those that follow ", told)
        await press(pilot, "escape")
        await order(pilot, "allocations name=corpse")
        await listed(pilot, lambda count: count == 1)
        await press(pilot, "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))
        assert re.search(r"Limit +inf ", said(pilot.app))

    play(harbour.app(), script)


def test_what_would_only_say_what_is_so_is_not_in_the_row_of_keys(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for name, there, not_there in (("ice-dev", "O mark OK", "X mark"),
                                       ("ice", "X mark ERRED", "O mark")):  # fmt: skip
            await order(pilot, f"allocations name={name}")
            await listed(pilot, lambda count: count == 1)
            keys = said(pilot.app).rstrip().split("\n")[-1]
            assert there in keys
            assert not_there not in keys

    play(harbour.app(WIDE), script, WIDE)


def test_the_row_of_keys_is_about_what_is_marked(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        def keys() -> str:
            return said(pilot.app).rstrip().split("\n")[-1]

        await order(pilot, "allocations name:ice|6a1c !kind:opr")
        await listed(pilot, lambda count: count == 3)
        await press(pilot, "g", "space")
        assert "PLC" in said(pilot.app)
        await press(pilot, "G")
        await until(pilot, lambda: "del remove" in keys())
        assert not [word for word in ("pull", "limit", "unlink", "OK", "ERRED") if word in keys()]
        await press(pilot, "space", "g")
        for key in ("g", "G"):
            await press(pilot, key)
            for told in ("L set limit", "P pull", "U unlink", "del delete"):
                assert told in keys(), (key, told, keys())

    play(harbour.app(WIDE), script, WIDE)


def test_a_key_that_has_nothing_for_what_is_marked_says_so(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name:ice|6a1c !kind:opr")
        await listed(pilot, lambda count: count == 3)
        await press(pilot, "g", "space", "G", "P")
        assert "only allocations of OpenPortal have that, and none is marked" in said(pilot.app)

    play(harbour.app(WIDE), script, WIDE)


def test_who_may_only_look_is_offered_no_change_and_told_why(harbour: Stage) -> None:
    viewer = harbour.backend.acting(Actor("carl", Role.VIEWER))
    app = harbour.app(WIDE)
    app.session.backend = viewer

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name=ice")
        await listed(pilot, lambda count: count == 1)
        keys = said(pilot.app).rstrip().split("\n")[-1]
        assert "filter" in keys
        assert not [word for word in ("limit", "pull", "unlink", "delete") if word in keys]
        await press(pilot, "full_stop")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        told = said(pilot.app)
        assert "your role is viewer" in told
        assert "no Astakos" not in told

    play(app, script, WIDE)


def test_why_a_key_is_off_is_said_of_the_row_it_is_about(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name:ocean")
        await press(pilot, "s", *"state", "enter", "G")
        assert "1 ERRED" in said(pilot.app)
        await press(pilot, "P")
        assert "pull: it is UPDATING" in said(pilot.app)
        await press(pilot, "k")
        assert "pull: it is" not in said(pilot.app)
        assert "1 ERRED" in said(pilot.app)

    play(harbour.app(), script)


def test_totals_count_a_code_once(harbour: Stage) -> None:
    """Scenario 64, of the marked rows and of all."""

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name:ocean kind:opl")
        await listed(pilot, lambda count: count == 2)
        await press(pilot, "space", "space", "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))
        told = said(pilot.app)
        assert "Totals of 2 marked" in told
        assert re.search(r"Limit +1,000 +of 1 project code, each once", told)
        assert re.search(r"Used this month +379\.25", told)
        await press(pilot, "escape", "escape", "escape", "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))
        told = said(pilot.app)
        assert "Totals of all listed" in told
        assert "4 consumers of Placement" in told
        assert re.search(r"VCPU +34", told)
        assert re.search(r"Without a limit +1", told)

    play(harbour.app(), script)


def test_error_and_traceback_are_readable_and_stay_dim_once_it_is_over(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name=ice-dev")
        await press(pilot, "enter")
        await until(pilot, lambda: "The cluster did not answer in 30 s" in said(pilot.app))
        assert "of before" not in said(pilot.app)
        await press(pilot, "G")
        assert "TimeoutError: no answer" in said(pilot.app)
        assert "    slurm.py, line 7" in said(pilot.app)
        assert "pgdn: more" not in said(pilot.app)
        await press(pilot, "g")
        assert "pgdn: more" in said(pilot.app)
        assert "G: its traceback" in said(pilot.app)

    play(harbour.app(), script)


def test_texts_name_the_keys_of_the_operators_choice(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name=ice-dev")
        await press(pilot, "enter")
        await until(pilot, lambda: "f6: its traceback" in said(pilot.app))
        await order(pilot, "allocations name=ocean")
        await press(pilot, "e")
        await until(pilot, lambda: "the service is not told; W" in said(pilot.app))

    play(harbour.app((140, 40), keys={"list.last": "f6", "alloc.limit": "W"}), script, (140, 40))


def test_an_award_that_waits_is_no_failure(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name=ocean-air")
        await press(pilot, "enter")
        await until(pilot, lambda: "WAITING" in said(pilot.app))
        told = said(pilot.app)
        assert "Nothing has failed." in told
        assert "ERROR" not in told
        assert re.search(r"Award state +pending", told)
        assert re.search(r"Waits for +800 NHR", told)

    play(harbour.app(WIDE), script, WIDE)


def test_the_raw_view_is_what_the_api_shows(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name=ice")
        await listed(pilot, lambda count: count == 1)
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))
        raw = pilot.app.screen
        assert isinstance(raw, RawPane)
        data = json.loads(raw._text)
        assert (data["node_limit"], data["node_usage"], data["state"]) == (40, "40.00", "OK")

    play(harbour.app(), script)


@pytest.mark.parametrize(
    ("start", "words", "there"),
    [("allocations name=ocean", "the project code a6b with its limit", "codes"),
     ("allocations name=ocean", "the service Isambard 3", "services"),
     ("allocations name=ocean", "all of the project Ocean", "allocations"),
     ("allocations name=ocean-air", "the award at the other portal", "remote-projects"),
     ("allocations name=ocean", "what was done to it", "audit"),
     ("codes code=a6b", "its allocations", "allocations"),
     ("services erred>0", "those that are ERRED", "allocations"),
     ("remote-projects waiting", "allocations of its project", "allocations")],
)  # fmt: skip
def test_related_things_are_a_jump_away(harbour: Stage, start: str, words: str, there: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, start)
        await listed(pilot, lambda count: count == 1)
        await press(pilot, "J", *words)
        await press(pilot, "enter")
        await until(pilot, lambda: screen(pilot).list_id == there)
        await listed(pilot, lambda count: count > 0)

    play(harbour.app(), script)


@pytest.mark.parametrize(
    ("start", "copied"),
    [("codes code=a6b", "a6b"), ("awards Glaciers", "u6ac.brics brics.bristol.i3")],
)
def test_what_identifies_a_row_is_copied(harbour: Stage, start: str, copied: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, start)
        await listed(pilot, lambda count: count == 1)
        await press(pilot, "c")
        assert pilot.app.clipboard == copied

    play(harbour.app(), script)


@pytest.mark.parametrize(
    ("start", "words"),
    [("codes code=a6b", "BY SERVICE"), ("services name:ai", "Instance"),
     ("remote-projects waiting", "WAITS FOR THE OTHER SIDE"), ("awards Tides", "before 2027")],
)  # fmt: skip
def test_every_row_opens(harbour: Stage, start: str, words: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, start)
        await press(pilot, "enter")
        await until(pilot, lambda: words in said(pilot.app))
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))

    play(harbour.app(), script, NARROW)


def test_the_queue_goes_from_applications_to_awards_and_back(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "a")
        await until(pilot, lambda: "1 of 4 pending" in said(pilot.app))
        await press(pilot, "right_square_bracket", "right_square_bracket")
        await until(pilot, lambda: "3 of 4 pending" in said(pilot.app))
        assert "Award u6ac.brics" in said(pilot.app)
        await press(pilot, "right_square_bracket")
        await until(pilot, lambda: "4 of 4 pending" in said(pilot.app))
        assert "embargoed" in said(pilot.app)
        await press(pilot, "A")
        assert "it is embargoed" in said(pilot.app)
        await press(pilot, *["left_square_bracket"] * 2)
        await until(pilot, lambda: "2 of 4 pending" in said(pilot.app))
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ProjectsPane)

    play(harbour.app(), script)


def test_what_is_stuck_says_what_to_do(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name=corpse")
        await press(pilot, "enter")
        await until(pilot, lambda: "STUCK" in said(pilot.app))
        assert "delete, still running after 5 h" in said(pilot.app)
        told = " ".join(said(pilot.app).split())
        assert "X marks it ERRED, then it is pulled, or deleted by del" in told

    play(harbour.app(), script)
