"""Since when figures stand, and which limit the service has, on screen."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from textual.pilot import Pilot

from backend.openportal.model import Done, Usage
from backend.openportal.store import usages
from tests.openportal.scripted import scripted
from tests.tui.panes.harbour import agreed, at, messages, uuid_of, worked
from tests.tui.portals import AI, portal_of
from tests.tui.stage import WIDE, Stage, play, press, said, until
from tests.tui.troubles import listed, order
from tui.format import ages


def words(pilot: Pilot[None]) -> str:
    """What is on screen, without its columns."""
    return " ".join(said(pilot.app).split())


def test_figures_are_as_of_the_last_pull_whatever_else_is_written(harbour: Stage) -> None:
    p = portal_of(harbour)
    read = ages.stamp(p.seen(uuid_of(p, "ocean")).figures_at)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean")
        await press(pilot, "enter")
        await until(pilot, lambda: f"as of {read}, 9 m ago" in words(pilot))
        p.put(uuid_of(p, "ocean"), description="marked", modified_at=p.see(lambda tx: tx.now))
        await press(pilot, "r")
        await until(pilot, lambda: "marked" in words(pilot))
        assert f"as of {read}, 9 m ago" in words(pilot)
        await press(pilot, "escape")
        await at(pilot, "ocean-ai")
        await press(pilot, "enter")
        await until(pilot, lambda: "it was not pulled yet; the record changed" in words(pilot))

    play(harbour.app(WIDE), script, WIDE)


def test_a_limit_that_the_service_does_not_have_is_told(harbour: Stage) -> None:
    p = portal_of(harbour)
    p.simulate(AI, fails=["limit"], error="over the call's budget")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean-ai")
        await press(pilot, "L", *["backspace"] * 4, *"1500", "enter")
        await agreed(pilot)
        await worked(pilot, p)
        await until(pilot, lambda: "ERRED: over the call's budget" in messages(pilot))
        await press(pilot, "P")
        shown = await agreed(pilot)
        gave = "Isambard AI gave 1,000 node-hours last, here stands 1,500 node-hours"
        assert gave in shown.plan.warnings
        await worked(pilot, p)
        told = "pull of ocean-ai on Isambard AI: OK, but the service gave 1,000 last, not 1,500"
        await until(pilot, lambda: told in messages(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "The service gave 1,000 last, not 1,500." in words(pilot))

    play(harbour.app(WIDE), script, WIDE)


def test_a_row_says_that_the_limit_it_shares_is_used_up(harbour: Stage) -> None:
    p = portal_of(harbour)
    p.put(uuid_of(p, "ocean-ai"), node_usage=70_000)

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name:ocean kind:opl")
        await listed(pilot, lambda count: count == 2)
        assert len(re.findall(r"107% CODE", said(pilot.app))) == 2
        assert "1 ERRED, :allocations erred   1 code over, :codes over" in said(pilot.app)
        assert "3 Alloc 2!" in said(pilot.app)
        p.put(uuid_of(p, "ocean-ai"), node_usage=0)
        await until(pilot, lambda: "3 Alloc 1!" in said(pilot.app))
        p.put(uuid_of(p, "ocean-ai"), node_usage=70_000)
        await until(pilot, lambda: "3 Alloc 2!" in said(pilot.app))
        await order(pilot, "codes over")
        await listed(pilot, lambda count: count == 1)
        assert re.search(r"a6b .* 107% OVER", said(pilot.app))
        await order(pilot, "codes")
        await listed(pilot, lambda count: count == 2)
        assert "sort USEv" in said(pilot.app)
        assert said(pilot.app).index("107% OVER") < said(pilot.app).index("100% FULL")


def test_the_worst_come_up_when_sorted_by_use(harbour: Stage) -> None:
    p = portal_of(harbour)
    p.put(uuid_of(p, "ocean-ai"), node_usage=70_000)
    p.put(uuid_of(p, "ice-air"), node_limit=0)

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations !kind:plc")
        await press(pilot, "greater_than_sign", "S")
        await until(pilot, lambda: "sort USEv" in said(pilot.app))
        told = said(pilot.app)
        names = ("ice-air", "ocean", "ice ", "corpse")
        found = re.findall(rf"OP[LR] +({'|'.join(names)})", told)
        assert found[0] == "ice-air"
        assert set(found[1:3]) == {"ocean"}
        assert found[-1] == "corpse"
        await order(pilot, "allocations share>=107%")
        await listed(pilot, lambda count: count == 3)

    play(harbour.app(), script)

    play(harbour.app(), script)


def ends(pilot: Pilot[None], told: str) -> bool:
    """Whether this is what was said last."""
    return messages(pilot).endswith(told)


def test_where_a_pull_finds_less_than_was_known_it_says_so(harbour: Stage) -> None:
    p = portal_of(harbour)
    used = Usage(2026, 11, "a.a6b.brics", "A", 93_183)
    p.database.write(lambda tx: usages.set_month(tx, uuid_of(p, "ocean"), 2026, 11, [used]))
    p.put(uuid_of(p, "ocean"), node_usage=93_183)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean")
        for now, told in ((50_000, ", less than before: 931.83"), (50_000, ""), (60_000, "")):
            scripted(p, Done(usages=(replace(used, usage=now),)))
            await press(pilot, "P")
            await agreed(pilot)
            await worked(pilot, p)
            end = f"{now // 100} of 1,000 node-hours used this month{told}"
            await until(pilot, partial(ends, pilot, end))

    play(harbour.app(WIDE), script, WIDE)
