"""Where a holder's numbers come from, as a sum and in words (ux-anchors §4.7)."""

from __future__ import annotations

from collections.abc import Iterator

from backend.quotas.model import UNLIMITED, Explanation, History, QuotaRow, QuotaState
from tui.format import ages, names, sparks
from tui.format.lines import BAD, HEAD, QUIET, WARN, Line, Look, columns, line, section, wrapped
from tui.format.units import amount, known, signed

OTHERS_SHOWN = 20


def explanation(found: Explanation, look: Look, past: History | None = None) -> list[Line]:
    """The whole story of one quota row, with its last day if that was read."""
    row = found.row
    return [
        line("who", (f"{row.holder}  {names.project(row)}  {row.resource}", HEAD)),
        *section("IN WORDS", in_words(row, look)),
        *section("THE SUM", the_sum(row, look)),
        *section("LAST 24 H (usage)", _past(row, past, look) if past else ()),
        *section(f"WHO USES {names.project(row)}", _others(found, look)),
        *section("PENDING COMMISSIONS", _pending(found, look)),
    ]


def _past(row: QuotaRow, past: History, look: Look) -> list[Line]:
    shown = sparks.usage("own", past, row.unit, row.limit, look)
    return [*shown, *sparks.unknown(past, look)]


def in_words(row: QuotaRow, look: Look) -> list[Line]:
    """Whole sentences: what the holder may have, what others leave, what is left."""
    said = " ".join(_pool_words(row, look) if row.is_pool else _holder_words(row, look))
    return [*wrapped("words", said, look.width, 2), *_verdict(row, look)]


def the_sum(row: QuotaRow, look: Look) -> list[Line]:
    """Each figure with how it came about."""

    def shown(number: int, is_known: bool = True) -> str:
        return known(is_known, amount(number, row.unit, look.units))

    limit, usage = shown(row.limit), shown(row.usage, row.known)
    pool_usage = shown(row.project_usage, row.project_known)
    if row.is_pool:
        figures = [["Limit", limit, ""], ["Usage", usage, _pending_note(row, look)]]
    else:
        total, others = shown(row.project_limit), shown(row.taken_by_others, row.taken_known)
        figures = [
            ["Own limit", limit, ""],
            ["Own usage", usage, _pending_note(row, look)],
            ["Project limit", total, ""],
            ["Project usage", pool_usage, ""],
            ["Used by others", others, f"{pool_usage} - {usage}"],
            ["Effective", shown(row.reach, row.reach_known), _minimum(row, limit, total, others)],
        ]
    left = "" if row.left == UNLIMITED else f"{shown(row.reach, row.reach_known)} - {usage}"
    figures.append(["Left", shown(row.room, row.room_known), left])
    if not (row.is_pool or row.taken_known):
        figures = [[name, value, ""] for name, value, _ in figures]
    laid = columns(figures, "<><")
    return [
        line(f"sum.{name}", f"  {name}  {value}", (f"   {how}", QUIET)) for name, value, how in laid
    ]


def _minimum(row: QuotaRow, limit: str, total: str, others: str) -> str:
    if row.project_limit == UNLIMITED:
        return "the project has no limit"
    never = ", never below 0" if row.effective < 0 else ""
    return f"min({limit}, {total} - {others}){never}"


def _pending_note(row: QuotaRow, look: Look) -> str:
    return f"{amount(row.pending, row.unit, look.units)} of it pending" if row.pending else ""


def _holder_words(row: QuotaRow, look: Look) -> Iterator[str]:
    def shown(number: int) -> str:
        return amount(number, row.unit, look.units)

    if row.limit == UNLIMITED:
        yield f"{row.holder} has no limit of their own on {row.resource}."
    else:
        yield f"{row.holder} may have {shown(row.limit)} of {row.resource}."
    if row.project_limit == UNLIMITED:
        yield f"{_the_project(row)} has no limit, so nothing else binds."
    else:
        yield f"{_the_project(row)} has {shown(row.project_limit)} for all its members,"
        if not row.taken_known:
            yield "what others use of it is not shown."
            return
        yield f"and others use {shown(row.taken_by_others)} of it."
        reach, who = shown(row.reach), "project's" if row.project_binds else "own"
        yield f"So {reach} can be reached at most; what binds is the {who} limit."
    if row.known:
        yield f"{shown(row.usage)} is used{_so_far(row, look)}."


def _pool_words(row: QuotaRow, look: Look) -> Iterator[str]:
    limit = amount(row.limit, row.unit, look.units)
    yield f"{_the_project(row)} has {'no limit' if row.limit == UNLIMITED else limit}"
    yield f"on {row.resource} for all its members together."
    if row.known:
        yield f"{amount(row.usage, row.unit, look.units)} is used{_so_far(row, look)}."


def _the_project(row: QuotaRow) -> str:
    base = row.project_id == row.holder_id
    return "The base project" if base else f"The project {row.project}"


def _so_far(row: QuotaRow, look: Look) -> str:
    pending = amount(row.pending, row.unit, look.units)
    return f", {pending} of that by pending commissions that may yet be taken back" * (
        row.pending > 0
    )


def _verdict(row: QuotaRow, look: Look) -> list[Line]:
    over = amount(row.usage - row.reach, row.unit, look.units)
    left = amount(row.left, row.unit, look.units)
    text, style = {
        QuotaState.OVER: (
            f"OVER by {over}: what runs stays, new commissions are refused until usage drops.",
            BAD,
        ),
        QuotaState.FULL: ("FULL: nothing more can be taken.", WARN),
        QuotaState.ODD: (
            "ODD: this holder uses more than the project knows of; `bursar check` says why.",
            WARN,
        ),
        QuotaState.UNKNOWN: (
            "UNKNOWN: the server does not show what is used; a token of the service would.",
            QUIET,
        ),
        QuotaState.OK: (f"{left} more can be taken." if row.left != UNLIMITED else "", ""),
    }[row.state]
    return wrapped("verdict", text, look.width, 2, style) if text else []


def _others(found: Explanation, look: Look) -> Iterator[Line]:
    shown = found.others[:OTHERS_SHOWN]
    unit, room = found.row.unit, max(8, look.width // 2)
    rows = [
        [
            names.shorten(label, room, look.glyphs),
            amount(usage, unit, look.units),
            f"({amount(pending, unit, look.units)} pending)" if pending else "",
        ]
        for label, usage, pending in shown
    ]
    for (label, *_), cells in zip(shown, columns(rows, "<><"), strict=True):
        yield line(f"other.{label}", f"  {'  '.join(cells)}")
    if not found.row.project_known:
        yield line("other.unknown", ("  It is not shown.", QUIET))
    if len(found.others) > OTHERS_SHOWN:
        yield line("other.more", f"  and {len(found.others) - OTHERS_SHOWN:,} more")


def _pending(found: Explanation, look: Look) -> Iterator[Line]:
    rows = [
        [str(serial), signed(quantity, found.row.unit, look.units), ages.age(at, look.now), service]
        for serial, quantity, at, service in found.pending
    ]
    for (serial, *_), cells in zip(found.pending, columns(rows, ">>><"), strict=True):
        yield line(f"pending.{serial}", f"  {'  '.join(cells)}")
