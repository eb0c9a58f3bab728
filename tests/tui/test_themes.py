"""Every theme can be read: as it is written down, and as it is painted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from itertools import product

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme

from tests.tui.panes.test_pictures import Compare, open_pane
from tests.tui.stage import NARROW, WIDE, Stage, dialog, play, press, review, settled
from tui import theme
from tui.app import BursarApp

WHITE, BLUE = 15, 4
TRUECOLOR = [one for one in theme.THEMES if not one.ansi]
LEAST = {theme.HIGH_CONTRAST.name: 7.0}
TEXTS = ("foreground", "text-muted", "text-primary", "text-warning", "text-error", "text-success")
BARS = ("bar-used", "bar-pending", "bar-taken")
GROUNDS = ("background", "surface", "panel", "production", "cursor-away")
PAIRS = [*product((*TEXTS, *BARS), GROUNDS), ("cursor-text", "cursor-row")]

Open = Callable[[Pilot[None], Stage], Awaitable[None]]

by_theme = pytest.mark.parametrize("one", TRUECOLOR, ids=lambda one: one.name)


def contrast(one: Color, other: Color) -> float:
    """The ratio of WCAG, 1 to 21."""
    low, high = sorted(_luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@by_theme
def test_every_text_can_be_read_on_every_ground(one: Theme) -> None:
    colors = {**one.to_color_system().generate(), **one.variables}
    least = LEAST.get(one.name, 4.5)
    poor = {
        f"{text} on {ground}": ratio
        for text, ground in PAIRS
        if (ratio := contrast(Color.parse(colors[text]), Color.parse(colors[ground]))) < least
    }
    assert poor == {}


async def _list(pilot: Pilot[None], stage: Stage) -> None:
    await open_pane(pilot, "2")


async def _project(pilot: Pilot[None], stage: Stage) -> None:
    await open_pane(pilot, "1")
    await press(pilot, "enter")


async def _commissions(pilot: Pilot[None], stage: Stage) -> None:
    await open_pane(pilot, "5")


async def _help(pilot: Pilot[None], stage: Stage) -> None:
    await press(pilot, "?")


async def _sort(pilot: Pilot[None], stage: Stage) -> None:
    await press(pilot, "s")


async def _filter(pilot: Pilot[None], stage: Stage) -> None:
    await press(pilot, "/", "h")


async def _decide(pilot: Pilot[None], stage: Stage) -> None:
    await review(pilot, stage, stage.modification)
    await press(pilot, "A")
    await dialog(pilot)


def painted(app: App[None]) -> Iterator[Segment]:
    """What is on screen, as it goes to the terminal; of a screen below a box only the box."""
    boxes = app.screen.query("#box, #dialog, #choice")
    x, y, width, height = boxes.first().region if boxes else app.screen.region
    for strip in app.screen._compositor.render_strips()[y : y + height]:
        yield from strip.crop(x, x + width)


def poor(app: App[None], least: float) -> set[str]:
    """Pieces of text that cannot be read well."""
    found = set()
    for text, style, _ in painted(app):
        if not text.strip(" ─│╭╮╰╯▏▕▁▔┃━┏┓┗┛") or style is None:
            continue
        assert style.color is not None
        assert style.bgcolor is not None
        ratio = contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
        if ratio < least:
            found.add(f"{text!r}: {style} {ratio:.1f}")
    return found


async def worn(pilot: Pilot[None], one: Theme) -> None:
    """Change to a theme and see it painted."""
    pilot.app.theme = one.name
    await settled(pilot)


@pytest.mark.parametrize("opened", [_list, _project, _commissions, _help, _sort, _filter, _decide])
def test_what_is_painted_can_be_read(stage: Stage, opened: Open) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await opened(pilot, stage)
        grounds = set()
        for one in TRUECOLOR:
            await worn(pilot, one)
            assert poor(pilot.app, 4.5) == set(), one.name
            grounds.add(pilot.app.screen.styles.background)
        assert len(grounds) == len(TRUECOLOR)

    play(stage.app(WIDE, production=True), script, WIDE)


def colours(app: App[None]) -> set[str]:
    """The colours on screen, after what the terminal must not see is taken out."""
    found = set()
    for strip in app.screen._compositor.render_strips():
        for one in app.get_line_filters():
            strip = strip.apply_filter(one, Color(0, 0, 0))
        for _, style, _ in strip:
            found |= {str(c.name) for c in (style.color, style.bgcolor) if c} if style else set()
    return found


def cursor_line(app: App[None]) -> list[Segment]:
    """The row under the cursor, without blanks."""
    for strip in app.screen._compositor.render_strips():
        if strip.text.startswith(">"):
            return [segment for segment in strip if segment.text.strip()]
    raise AssertionError("no cursor")


@pytest.mark.parametrize("opened", [_list, _help, _sort, _decide])
def test_the_terminals_own_colours_are_all_there_is(stage: Stage, opened: Open) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await opened(pilot, stage)
        assert not [name for name in colours(pilot.app) if name.startswith("#")]

    play(stage.app(theme="ansi"), script)


@pytest.mark.parametrize("opened", [_list, _help, _sort, _decide])
def test_no_colour_is_none_in_any_theme(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def script(pilot: Pilot[None]) -> None:
        await opened(pilot, stage)
        for one in theme.THEMES:
            await worn(pilot, one)
            assert colours(pilot.app) == {"default"}, one.name

    play(stage.app(), script)


@pytest.mark.parametrize("no_color", [True, False])
def test_the_cursor_is_seen_without_colours(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, no_color: bool
) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")

    async def script(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        line = cursor_line(pilot.app)
        assert all(one.style and one.style.reverse for one in line if one.text.strip("│|"))

    play(stage.app(NARROW, theme="" if no_color else "ansi"), script)


@pytest.mark.parametrize("name", [one.name for one in theme.THEMES])
def test_quotas(stage: Stage, snap_compare: Compare, name: str) -> None:
    """The quotas as this theme shows them: OVER stands out, the row under the cursor too."""
    assert _pictured(stage, snap_compare, name)


def test_quotas_without_colours(
    stage: Stage, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Black and white alone: `>` and reverse for the cursor, words for everything else."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert _pictured(stage, snap_compare, "")


def _pictured(stage: Stage, compare: Compare, name: str) -> bool:
    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")

    stage.world.approve(stage.modification)
    app = stage.app(theme=name)
    return compare(app, terminal_size=NARROW, run_before=before)


@by_theme
def test_the_row_under_the_cursor_can_be_read_in_eight_colours(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, one: Theme
) -> None:
    monkeypatch.setenv("TERM", "screen")
    monkeypatch.delenv("COLORTERM", raising=False)

    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(app := pilot.app, BursarApp)
        await open_pane(pilot, "2")
        app._fit_colours()  # which is the terminal's, and there is none
        await settled(pilot)
        row = app.screen.query_one("#list").get_component_rich_style("table--cursor")
        few = [
            colour.downgrade(ColorSystem.STANDARD)
            for colour in (row.color, row.bgcolor)
            if colour is not None
        ]
        assert [colour.number for colour in few] == [WHITE, BLUE]

    play(stage.app(theme=one.name), script)
