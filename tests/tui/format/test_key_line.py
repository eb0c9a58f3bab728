"""The key line: what is useful first, what is off only where there is room for it; and the message
above it."""

from __future__ import annotations

from tui import messages
from tui.actions import Action, Scope, footer
from tui.format.lines import Part
from tui.messages import Message
from tui.panes import frame


def texts(parts: list[Part]) -> str:
    return "".join(part if isinstance(part, str) else part[0] for part in parts).strip()


def line(off: set[str], width: int, screen: Scope = Scope.PROJECT) -> str:
    """The key line of a screen where these actions are off."""
    shown: list[tuple[Action, bool]] = [(one, one.id not in off) for one in footer(screen)]
    return texts(frame.keys(shown, width, screen))


IDS = [one.id for one in footer(Scope.PROJECT)]


def test_what_is_off_gives_way_to_what_is_on() -> None:
    off = {"project.review", "member.accept", "member.reject", "member.remove"}
    narrow, wide = line(off, 80), line(off, 200)
    assert not any(word in narrow for word in ("review", "accept", "reject", "remove"))
    assert all(word in narrow for word in ("actions", "edit", "jump", "suspend", "? help"))
    assert all(word in wide for word in ("review", "accept", "terminate", "? help"))


def test_what_a_screen_is_there_for_stays_though_it_is_off() -> None:
    found = line({"row.edit", "alloc.limit"}, 80, Scope.CONSTRAINTS)
    assert found.startswith("enter open  e edit  L limit  ")


def test_what_is_off_is_shown_where_there_is_room() -> None:
    assert "reinstate" in line({"project.reinstate"}, 300)
    assert "accept" in line(set(IDS), 80)


def test_the_order_stays() -> None:
    found = line({"member.accept"}, 200)
    places = [found.index(word) for word in ("review", "reject", "actions", "suspend", "? help")]
    assert places == sorted(places)


def test_the_words_of_a_message_come_before_its_time() -> None:
    at = 1_700_000_000_000_000
    when = "22:13:20Z  m all"
    for length, shown, tail in ((60, 60, when), (61, 61, "m all"), (200, 70, "m all")):
        left, right = frame.message(Message(at, "x" * length, messages.INFO), "m", 80)
        assert texts(left) == "x" * shown + "…" * (length > shown)
        assert texts(right) == tail


def test_the_remedy_of_a_message_is_seen_where_there_is_no_room_for_all() -> None:
    long = "Limit of fluid-lab-a0e set, the resource backend hears of it soon, B takes it back"
    left, right = frame.message(Message(1, long, messages.INFO), "m", 80)
    assert texts(left).endswith("… B takes it back")
    assert len(texts(left)) + len(texts(right)) + 4 == 80
