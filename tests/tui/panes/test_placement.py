"""Allocations, constraints and providers: what is shown, found, copied and led to."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui.stage import NARROW, WIDE, Stage, play, press, said, until
from tests.tui.stock import BIG, MOVING, NAMES, NOBODYS, ONE, TWO, VCPU, WEB, hold
from tests.tui.troubles import empty, listed, order, screen
from tui.dialogs.facets import FacetScreen
from tui.format import stock
from tui.format.ages import DAY, HOUR
from tui.format.glyphs import ASCII
from tui.format.lines import Look
from tui.panes.allocations import AllocationsPane
from tui.panes.consumer import ConsumerPane
from tui.panes.detailpane import DetailPane
from tui.panes.inventories import InventoriesPane, InventoryPane
from tui.panes.providers import ProviderPane
from tui.panes.raw import RawPane
from tui.widgets.prompt import MessageRow


def consumers(pilot: Pilot[None]) -> list[str]:
    """The consumers on screen, by the digit that tells them apart."""
    return re.findall(r"PLC +([5-8])a1c", said(pilot.app))


def test_consumers_are_listed_with_whose_they_are_and_what_they_hold(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "d")
        told = said(pilot.app)
        assert consumers(pilot) == [*"5678"]
        held = r"6a1c\S+ +climate\.hpc +INSTANCE +VCPU 16 MEMORY"
        assert re.search(rf"{held} 32G +compute-01 .* gen 1", told)
        assert re.search(r"8a1c\S+ +\(none\) +untyped +VCPU 2 .* gen 1", told)
        await press(pilot, "u")
        assert re.search(rf"{held}_MB 32,768 ", said(pilot.app))

    play(shelves.app(WIDE), script, WIDE)


def test_wide_terminals_say_of_which_providers_and_how_long(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        await until(pilot, lambda: "generation 6" in said(pilot.app))
        told = said(pilot.app)
        assert re.search(r"5a1c.* 2 providers ", told)
        assert re.search(r"6a1c.* compute-01 ", told)

    play(shelves.app(WIDE), script, WIDE)


def test_a_consumer_is_opened_with_its_share_of_each_provider(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "enter")
        await until(pilot, lambda: "storage-pool" in said(pilot.app))
        told = said(pilot.app)
        assert isinstance(pilot.app.screen, ConsumerPane)
        assert re.search(r"VCPU +#+x+! +8 of 24 +33% +all use 28 +OVER by 4", told)
        assert re.search(r"DISK_GB +#\.+ +80 of 1,000", told)
        assert re.search(r"Project +climate\.hpc", told)
        assert re.search(r"User +m@uni\.example", told)

    play(shelves.app(), script)


def test_the_raw_view_is_what_placement_shows(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for way in (("3", "y"), ("3", "enter", "y")):
            await press(pilot, *way)
            await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))
            raw = pilot.app.screen
            assert isinstance(raw, RawPane)
            data = json.loads(raw._text)
            assert data["allocations"][ONE]["resources"] == {VCPU: 8, "MEMORY_MB": 16384}
            assert data["consumer_generation"] == 1
            await press(pilot, "escape")
        await press(pilot, "4", "t", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))
        assert "allocation_ratio" in said(pilot.app)

    play(shelves.app(), script)


@pytest.mark.parametrize(
    ("keys", "copied"),
    [
        (("3",), WEB),
        (("3", "enter"), WEB),
        (("4", "t"), f"{ONE} {VCPU}"),
        (("4", "t", "enter"), f"{ONE} {VCPU}"),
    ],
)
def test_ids_are_copied(shelves: Stage, keys: tuple[str, ...], copied: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, *keys)
        await pilot.pause(0.1)
        await press(pilot, "c")
        assert pilot.app.clipboard == copied

    play(shelves.app(), script)


def test_types_and_providers_are_picked(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, FacetScreen))
        options = pilot.app.screen.query_one(OptionList)
        prompts = [str(options.get_option_at_index(n).prompt) for n in range(options.option_count)]
        shown = {prompt.split("]")[1].split()[0] for prompt in prompts}
        assert shown >= {"type:unknown", "type:instance", "type:migration", "provider:compute-01"}
        await press(pilot, *_to(options, "type:migration"), "space", "enter")
        await listed(pilot, lambda count: count == 1)
        assert consumers(pilot) == ["7"]
        assert screen(pilot).query_shown.text == "type=migration"
        await press(pilot, "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, FacetScreen))
        options = pilot.app.screen.query_one(OptionList)
        await press(pilot, "x", *_to(options, "provider:storage-pool"), "space", "enter")
        await until(pilot, lambda: consumers(pilot) == ["5"])

    play(shelves.app(), script)


@pytest.mark.parametrize("word", ["unknown", "untyped", "none"])
def test_untyped_consumers_are_found_by_any_word_for_it(shelves: Stage, word: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "/", *f"type:{word}", "enter")
        await listed(pilot, lambda count: count == 1)
        assert consumers(pilot) == ["8"]

    play(shelves.app(), script)


def test_types_on_screen_are_offered(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        await listed(pilot, lambda count: count == 4)
        await press(pilot, "/", *"type:", "tab")
        line = pilot.app.screen.query_one(MessageRow)
        offered = []
        for _ in range(4):
            offered.append(line._text)
            await press(pilot, "tab")
        assert offered[:3] == ["type:instance", "type:migration", "type:unknown"]
        assert offered[3] == offered[0]

    play(shelves.app(), script)


def test_how_long_ago_fits_its_column(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        session = screen(pilot).session
        now = session.now()
        session.now = lambda: now + 35 * DAY + 19 * HOUR
        await press(pilot, "3")
        await until(pilot, lambda: "generation" in said(pilot.app))
        assert re.search(r"5a1c.* 35 d +gen", said(pilot.app))

    play(shelves.app(WIDE), script, WIDE)


def _to(options: OptionList, word: str) -> list[str]:
    """The keys that lead from the first option to this one."""
    prompts = [str(options.get_option_at_index(n).prompt) for n in range(options.option_count)]
    return ["home", *["j"] * next(n for n, prompt in enumerate(prompts) if word in prompt)]


def test_constraints_show_the_sum_and_what_is_over(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "4", "t")
        await until(pilot, lambda: "1 over" in said(pilot.app))
        told = said(pilot.app)
        assert re.search(r"compute-01 +VCPU +12 +2 +28 +24 +-4 +116% OVER", told)
        assert re.search(r"storage-pool +DISK_GB +1,000 +1 +80 +1,000 +920 +8%", told)
        await press(pilot, "o")
        await listed(pilot, lambda count: count == 1)
        assert "over only" in said(pilot.app)
        await press(pilot, "enter")
        await until(pilot, lambda: "WHO FILLS IT" in said(pilot.app) or _more(pilot))
        assert isinstance(pilot.app.screen, InventoryPane)
        told = said(pilot.app)
        assert re.search(r"Capacity +24 +\(12 total - 0 reserved\) x 2", told)
        assert re.search(r"Used +28 +OVER by 4", told)
        await press(pilot, "G")
        told = said(pilot.app)
        assert "WHO FILLS IT  largest first, share of the 28 used" in told
        assert re.search(r"16 +57% +climate.hpc +INSTANCE +n@uni\.example", told)

    play(shelves.app(), script)


def test_who_fills_it_is_told_as_far_as_there_is_room(shelves: Stage) -> None:
    found = asyncio.run(shelves.backend.placement.provider_named(NAMES[ONE]))
    detail = asyncio.run(shelves.backend.placement.provider(found.key))
    (row,) = (one for one in detail.inventories if one.resource_class == VCPU)

    def told(width: int) -> list[str]:
        lines = stock.inventory(row, detail, Look(width, ASCII))
        return [one.text for one in lines if one.key.startswith("holder")]

    heads, first, *_ = told(120)
    assert heads.split() == ["USED", "SHARE", "PROJECT", "TYPE", "USER", "AGE", "CONSUMER"]
    assert first.endswith(BIG)
    assert told(40)[0].split()[:3] == ["USED", "SHARE", "PROJECT"]
    assert all(len(one) <= width for width in (24, 40, 60, 80, 120) for one in told(width))


def _more(pilot: Pilot[None]) -> bool:
    return "pgdn: more" in said(pilot.app)


def test_nothing_over_is_good_news(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "4", "t")
        assert "No provider has an inventory." in said(pilot.app)
        await press(pilot, "o")
        await empty(pilot, "Nothing is over its capacity.")
        await press(pilot, "3")
        assert "There are no allocations." in said(pilot.app)
        await order(pilot, "providers")
        assert "There are no providers." in said(pilot.app)

    play(stage.app(), script)


def test_providers_stand_below_their_parents(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "providers")
        told = said(pilot.app)
        assert "[4 Constr, inv 1!]" in told
        assert re.search(r"> region-1 .*\n +compute-01 .*\n +compute-02 .*\n  storage-pool", told)
        assert re.search(r"   compute-01 +2 +3 VCPU 116% +1 ", told)
        await press(pilot, "j", "enter")
        await until(pilot, lambda: "LARGEST CONSUMERS" in said(pilot.app))
        assert isinstance(pilot.app.screen, ProviderPane)
        told = said(pilot.app)
        assert re.search(r"Below +region-1", told)
        assert re.search(r"VCPU +#+! +28 of 24 +OVER by 4", told)
        assert re.search(r"MEMORY_MB +#+\.+ +49,152 of 65,024 +75%", told)
        await press(pilot, "escape", "k", "enter")
        await until(pilot, lambda: "CHILDREN (2)" in said(pilot.app))

    play(shelves.app(), script)


@pytest.mark.parametrize(
    ("keys", "choose", "name", "text"),
    [
        (("3",), "the project climate", "Projects", "id="),
        (("3",), "first provider", "Providers", f'name="{NAMES[ONE]}"'),
        (("3", "enter"), "what compute-01 has", "Inventories", f'provider="{NAMES[ONE]}"'),
        (("3",), "what was done", "Audit", f'about="consumer:{WEB}"'),
        (("4", "t"), "who holds most", "Allocations", f'provider="{NAMES[ONE]}" class="{VCPU}"'),
        (("4", "t", "enter"), "the provider", "Providers", f'name="{NAMES[ONE]}"'),
        (("4", "t"), "what was done", "Audit", f'about="inventory:{ONE}/{VCPU}"'),
        (("1",), "in Placement", "Allocations", "project="),
    ],
)
def test_one_thing_leads_to_another(
    shelves: Stage, keys: tuple[str, ...], choose: str, name: str, text: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, *keys)
        await pilot.pause(0.1)
        await press(pilot, "J")
        await pilot.press(*("space" if char == " " else char for char in choose))
        await press(pilot, "enter")
        await listed(pilot, lambda count: count >= 1)
        assert screen(pilot).path()[0] == name
        assert text in screen(pilot).query_shown.text

    play(shelves.app(), script)


def test_an_entry_of_the_journal_leads_to_what_it_is_about(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, f"audit about=consumer:{NOBODYS}")
        await press(pilot, "J", *"the", "enter")
        await listed(pilot, lambda count: count == 1)
        assert consumers(pilot) == ["8"]
        await order(pilot, f"audit about:inventory:{TWO}")
        await press(pilot, "J", *"has", "enter")
        await listed(pilot, lambda count: count == 2)
        assert isinstance(pilot.app.screen, InventoriesPane)

    play(shelves.app(), script)


@pytest.mark.parametrize(
    ("typed", "told", "kind"),
    [
        (NAMES[TWO], f"provider  {NAMES[TWO]}", ProviderPane),
        (MOVING, f"allocation {MOVING}", ConsumerPane),
        (WEB, f"allocation {WEB} of climate.hpc", ConsumerPane),
    ],
)
def test_the_palette_finds_providers_and_consumers(
    shelves: Stage, typed: str, told: str, kind: type[DetailPane]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "ctrl+p", *typed)
        await until(pilot, lambda: told in said(pilot.app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, kind))

    play(shelves.app(), script)


@pytest.mark.parametrize(
    ("words", "pane", "text"),
    [
        ("invent over", "Inventories", "over"),
        ("alloc over", "Allocations", "over"),
        ("untyped", "Allocations", "untyped"),
    ],
)
def test_the_palette_finds_words_of_filters(
    shelves: Stage, words: str, pane: str, text: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "ctrl+p")
        await pilot.press(*("space" if sign == " " else sign for sign in words))
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: pane == screen(pilot).NAME)
        assert screen(pilot).query_shown.text == text

    play(shelves.app(), script)


def test_the_palette_finds_the_audit_of_orphans(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "ctrl+p", *"orphans")
        await press(pilot, "enter")
        assert screen(pilot).message_row.asking
        assert "\n :orphans " in said(pilot.app)

    play(shelves.app(), script)


def test_who_holds_most_of_an_inventory_comes_first(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "inventories provider=compute-01 class=vcpu")
        await press(pilot, "J")
        await pilot.press(*"most", "enter")
        await until(pilot, lambda: consumers(pilot) == [*"675"])
        assert "sort AMOUNTv" in said(pilot.app)

    play(shelves.app(), script)


def test_what_others_do_is_seen(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        hold(shelves.world, BIG, {ONE: {VCPU: 4}})
        await press(pilot, "r")
        await until(pilot, lambda: bool(re.search(r"6a1c.*VCPU 4 .*\+gen 2", said(pilot.app))))
        hold(shelves.world, BIG, {})
        await press(pilot, "r")
        await until(pilot, lambda: screen(pilot).list.shown == 3)

    play(shelves.app(), script)


def test_narrow_terminals_have_the_panes_too(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        assert isinstance(pilot.app.screen, AllocationsPane)
        assert consumers(pilot) == [*"5678"]
        await press(pilot, "4", "t")
        assert re.search(r"compute-01 +VCPU +28 +24 +-4 +116% OVER", said(pilot.app))

    assert NARROW == (80, 24)
    play(shelves.app(), script, (60, 15))


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("L", "e edits amounts; limits are of OpenPortal and NICo"),
        ("P", "only allocations of OpenPortal have that"),
    ],
)
def test_a_key_of_other_systems_says_of_which(shelves: Stage, key: str, told: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations")
        await press(pilot, "home", key)
        assert told in said(pilot.app)
        await press(pilot, "space", key)
        whose = "OpenPortal and NICo" if key == "L" else "OpenPortal"
        assert f"only allocations of {whose} have that, and none is marked" in said(pilot.app)

    play(shelves.app(WIDE), script, WIDE)
