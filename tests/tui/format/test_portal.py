"""Allocations of OpenPortal in words and figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.openportal.model import CodeRow, Operation, PortalRow, State
from tui.format import ages, portal
from tui.format.ages import DAY, HOUR, MINUTE, SECOND
from tui.format.codes import Totals, code
from tui.format.glyphs import ASCII, UNICODE
from tui.format.lines import BAD, Look
from tui.format.units import Style
from tui.panes.codes import COLUMNS

NOW = 1_800_000_000 * SECOND
LOOK = Look(40, UNICODE, now=NOW)
ROW = PortalRow(
    key=1,
    uuid="0f3c" * 8,
    remote=False,
    name="clim-a100",
    state=State.OK,
    state_told="OK",
    project="a6b0" * 8,
    project_name="hpc-climate",
    customer_name="Uni Example",
    customer_abbreviation="UNI",
    service="5e1f" * 8,
    service_name="cluster-a",
    backend_id="clim.brics",
    counterpart="brics.clim",
    node_limit=1000,
    usage=61250,
    is_active=True,
    error_message="",
    code="clim",
    sharing=1,
    waits="",
    created_at=NOW - 9 * DAY,
    modified_at=NOW - HOUR,
)

CODE = CodeRow(
    2, "clim", "a6b0" * 8, "hpc-climate", ("cluster-a", "cluster-b"), None, 130_001, 1300
)


def use(row: PortalRow, look: Look = LOOK) -> str:
    """The column as text."""
    return "".join(text for text, _ in map(tuple, portal.use(row, look)))


@pytest.mark.parametrize(
    ("hundredths", "auto", "raw"),
    [(61250, "612.5", "612.50"), (0, "0", "0.00"), (187000, "1,870", "1870.00"),
     (1, "0.01", "0.01"), (-150, "-1.5", "-1.50"), (None, "?", "?")],
)  # fmt: skip
def test_hours_lose_no_digit_that_says_something(
    hundredths: int | None, auto: str, raw: str
) -> None:
    assert portal.hours(hundredths, LOOK) == auto
    assert portal.hours(hundredths, replace(LOOK, units=Style.RAW)) == raw


@pytest.mark.parametrize(
    ("limit", "usage", "amount", "used"),
    [(1000, 61250, "612.5 of 1,000", " 61%"),
     (1000, 80000, "800 of 1,000", " 80% !"),
     (1000, 90000, "900 of 1,000", " 90% !!"),
     (40, 4000, "40 of 40", "100% FULL"),
     (40, 3999, "39.99 of 40", " 99% !!"),
     (20_000, 1_839_999, "18,399.99 of 20,000", " 91% !!"),
     (40, 4001, "40.01 of 40", "101% OVER"),
     (40, 5000, "50 of 40", "125% OVER"),
     (40, 40_000, "400 of 40", ">999% OVER"),
     (-1, 5000, "50 of ∞", "    "),
     (0, 0, "0 of 0", "   –"),
     (0, 1399997, "13,999.97 of 0", "of 0 OVER"),
     (None, None, "? of ?", "   ?"),
     (1000, None, "? of 1,000", "   ?")],
)  # fmt: skip
def test_usage_and_limit(limit: int | None, usage: int | None, amount: str, used: str) -> None:
    row = replace(ROW, node_limit=limit, usage=usage)
    assert portal.fitting(row, LOOK) == amount
    assert use(row) == used


@pytest.mark.parametrize(("usage", "used"), [(5000, "  5% DIFF"), (95_000, " 95% DIFF"),
                                             (120_000, "120% OVER")])  # fmt: skip
def test_that_limits_of_a_code_differ_is_marked(usage: int, used: str) -> None:
    row = replace(ROW, usage=usage, differs=True)
    assert use(row) == used
    assert use(replace(row, state=State.ERRED)).endswith("ERR")


def test_terminals_without_unicode_have_words_for_no_limit_and_for_nothing() -> None:
    look = replace(LOOK, glyphs=ASCII)
    assert portal.fitting(replace(ROW, node_limit=-1), look) == "612.5 of inf"
    assert use(replace(ROW, node_limit=0, usage=0), look) == "   -"


@pytest.mark.parametrize(
    ("width", "shown"),
    [(30, "12,612.55 of 100,000"), (20, "12,612.55 of 100,000"), (17, "12,613 of 100,000")],
)
def test_figures_are_shortened_before_they_are_cut(width: int, shown: str) -> None:
    row = replace(ROW, usage=1261255, node_limit=100_000)
    assert portal.fitting(row, replace(LOOK, width=width)) == shown


@pytest.mark.parametrize(
    ("usage", "limit", "shown"),
    [(459_999, 5000, "4,600 of 5,000"), (499_999, 5000, "4,999.9 of 5,000"),
     (500_001, 5000, "5,000.1 of 5,000"), (499_949, 5000, "4,999 of 5,000"),
     (500_149, 5000, "5,001 of 5,000"), (1, 5000, "0.1 of 5,000"), (0, 5000, "0 of 5,000"),
     (459_999, 0, "4,600 of 0"), (459_999, -1, "4,600 of ∞"), (459_999, None, "4,600 of ?")],
)  # fmt: skip
def test_whole_node_hours_are_the_nearest_but_never_all_or_none_by_mistake(
    usage: int, limit: int | None, shown: str
) -> None:
    row = replace(ROW, usage=usage, node_limit=limit)
    assert portal.fitting(row, replace(LOOK, width=9)) == shown


@pytest.mark.parametrize(
    ("since", "waits", "told"),
    [(4 * SECOND, "", "pull"), (3 * MINUTE, "", "pull 3 m"), (5 * HOUR, "", "stuck 5 h"),
     (2 * DAY, "the other portal decides", "waits 2 d")],
)  # fmt: skip
def test_what_is_under_way_spins_then_says_how_long_then_that_it_is_stuck(
    since: int, waits: str, told: str
) -> None:
    row = replace(ROW, state=State.UPDATING, doing=Operation.PULL, since=NOW - since, waits=waits)
    text, _ = portal.mark(row, LOOK)
    assert text.lstrip(portal.SPINNER + " ") == told
    assert (text[0] in portal.SPINNER) is (since < ages.SPINS)
    assert portal.is_stuck(row, NOW) is told.startswith("stuck")


def test_a_spinner_turns() -> None:
    row = replace(ROW, state=State.UPDATING, since=NOW)
    turns = {portal.spinner(row, NOW + n * SECOND) for n in range(4)}
    assert turns == {*portal.SPINNER}


def test_without_a_job_the_state_says_what_is_under_way() -> None:
    told = {state: portal.under_way(replace(ROW, state=state)) for state in State}
    assert {state: verb for state, verb in told.items() if verb} == {
        State.CREATION_SCHEDULED: "create",
        State.CREATING: "create",
        State.UPDATE_SCHEDULED: "update",
        State.UPDATING: "update",
        State.DELETION_SCHEDULED: "delete",
        State.DELETING: "delete",
    }


def test_states_are_called_as_in_filters_and_told_apart_where_they_are_cut() -> None:
    parts = [portal.state(replace(ROW, state=state, state_told="")) for state in State]
    texts = [part if isinstance(part, str) else part[0] for part in parts]
    assert texts == [state.value for state in State if state is not State.UNKNOWN] + ["?"]
    assert len({text[:7] for text in texts}) == len(texts)
    assert portal.state(replace(ROW, state=State.UNKNOWN, state_told="WAT"))[0] == "WAT"


def test_an_erred_row_says_so_in_letters() -> None:
    assert portal.mark(replace(ROW, state=State.ERRED), LOOK)[0] == "ERR"


def test_the_limit_of_a_code_counts_once() -> None:
    """Scenario 64."""
    found = Totals()
    for service, usage in (("a", 1000), ("b", 2500)):
        found.add(replace(ROW, service_name=service, node_limit=100, usage=usage))
    found.add(replace(ROW, uuid="1" * 32, code="", node_limit=50, usage=None))
    found.add(replace(ROW, uuid="2" * 32, code="free", node_limit=-1, usage=100))
    assert (found.allocations, found.codes, found.limit, found.usage) == (4, 3, 150, 3600)
    assert (found.unlimited, found.untold) == (1, 1)
    assert (found.bounded, found.limited) == (2, 3500)
    for limit in (100, 200):
        found.add(replace(ROW, uuid="3" * 32, code="odd", node_limit=limit, usage=5000))
    assert (found.differing, found.bounded, found.limited, found.usage) == (1, 2, 3500, 13_600)
    assert found.limit == 150


@pytest.mark.parametrize(
    ("changed", "told", "used"),
    [({}, "   ? OVER", "more than the largest limit, 1,300"),
     ({"usage": 130_000}, "   ?", "?"),
     ({"node_limit": 1300, "usage": 130_000}, "100% FULL", "100%"),
     ({"largest": None}, "   ?", "?")],
)  # fmt: skip
def test_more_than_the_largest_limit_is_over_where_limits_differ(
    changed: dict[str, int], told: str, used: str
) -> None:
    row = replace(CODE, **changed)  # type: ignore[arg-type]
    (column,) = (column for column in COLUMNS if column.id == "use")
    assert "".join(text for text, _ in map(tuple, column.cell(row, LOOK))) == told
    (line,) = (line for line in code(row, (), LOOK) if line.key == "used")
    assert line.text.rpartition("  ")[2] == used


@pytest.mark.parametrize(
    ("end", "last"), [("2026-12-31", "2026-12-30"), ("2026-03-01T00:00:00Z", "2026-02-28"),
                      ("0001-01-01", "0001-01-01"), ("soon", "soon")],
)  # fmt: skip
def test_what_ends_before_a_day_has_its_last_day_the_day_before(end: str, last: str) -> None:
    assert ages.last_day(end) == last


def test_of_a_limit_that_others_use_the_share_is_that_of_all() -> None:
    row = replace(ROW, sharing=3, together=253_000)
    assert use(row) == "253% CODE"
    assert use(row, replace(LOOK, width=9)) == "253% CODE"
    assert use(replace(row, together=62_000)) == " 62% CODE"
    assert use(replace(row, usage=100_000, together=100_000)) == "100% FULL"
    assert use(replace(row, node_limit=-1)) == "    "
    assert use(replace(row, node_limit=0, usage=0)) == "of 0 CODE"
    assert use(replace(row, sharing=1)) == " 61%"
    assert use(replace(row, state=State.ERRED)) == "253% ERR"
    assert use(replace(row, is_active=False)) == "253% off"
    assert portal.use(row, LOOK)[0][1] == BAD


@pytest.mark.parametrize(
    ("text", "shown"),
    [("4000 NHR", "4,000 NHR"), ("12000", "12,000"), ("", ""), ("a lot", "a lot"),
     ("9" * 5000, "9" * 5000), ("1.5 NHR", "1.5 NHR"), ("٣ NHR", "٣ NHR")],
)  # fmt: skip
def test_awards_are_written_as_other_amounts(text: str, shown: str) -> None:
    assert portal.awarded(text, LOOK) == shown
    assert portal.awarded(text, replace(LOOK, units=Style.RAW)) == text
