"""Keys of the operator's choice: what they replace, and what is refused."""

from __future__ import annotations

import pytest

from backend.core.errors import Invalid
from tui.actions import ACTIONS, Action
from tui.keymap import canonical, clashes, remapped


def keys(found: tuple[Action, ...]) -> dict[str, tuple[str, ...]]:
    """The keys by id."""
    return {action.id: action.keys for action in found}


def test_nothing_chosen_changes_nothing() -> None:
    assert remapped(ACTIONS, {}) == ACTIONS


def test_what_comes_with_the_console_has_no_clash() -> None:
    assert list(clashes(ACTIONS)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ctrl+x", ("ctrl+x",)),
        ("ctrl+X", ("ctrl+x",)),
        ("shift+w", ("W",)),
        ("f5", ("f5",)),
        ("f5, W", ("f5", "W")),
        ("question_mark", ("?",)),
        (",", (",",)),
        ("ctrl+underscore", ("ctrl+_",)),
        ("ü", ("ü",)),
        ("ctrl+space", ("ctrl+@",)),
    ],
)
def test_a_chosen_key_replaces_all_others(text: str, expected: tuple[str, ...]) -> None:
    taken = {"question_mark": "help", "ctrl+space": "mark.range"}
    chosen = {taken[text]: "f2"} if text in taken else {}
    found = remapped(ACTIONS, {"view.units": text, **chosen})
    assert keys(found) == {**keys(ACTIONS), "view.units": expected} | (
        dict.fromkeys(chosen, ("f2",))
    )


def test_two_actions_may_change_places() -> None:
    found = keys(remapped(ACTIONS, {"live.refresh": "p", "live.pause": "r"}))
    assert (found["live.refresh"], found["live.pause"]) == (("p",), ("r",))


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({"view.unit": "V"}, "no action view.unit: did you mean view.units?"),
        ({"zz": "V"}, "no action zz: bursar's ? lists every action"),
        ({"view.units": "crtl+x"}, "no key 'crtl+x': did you mean ctrl?"),
        ({"view.units": "ctrl+pagedwn"}, "did you mean pagedown?"),
        ({"view.units": "return"}, "no key 'return'"),
        ({"view.units": "ab"}, "no key 'ab'"),
        ({"view.units": ""}, "no key ''"),
        ({"view.units": "V,"}, "no key ''"),
        ({"view.units": "ctrl+"}, "no key"),
        ({"view.units": "p"}, "p means both view.units and live.pause"),
        ({"view.units": "question_mark"}, "? means both view.units and help"),
        ({"view.units": "ctrl+i"}, "tab means both view.units and focus.next"),
        ({"view.units": "ctrl+m"}, "enter means both row.open and view.units"),
        ({"quotas.over": "ctrl+d"}, "ctrl+d means both list.half_down and quotas.over"),
        ({"view.units": "W", "live.pause": "W"}, "W means both view.units and live.pause"),
        ({"view.units": "alt+x"}, "view.units: plain terminals cannot send alt+x"),
        ({"view.units": "ctrl+enter"}, "plain terminals cannot send ctrl+enter"),
        ({"view.units": "ctrl+shift+x"}, "plain terminals cannot send ctrl+shift+x"),
        ({"view.units": "ctrl++"}, "plain terminals cannot send ctrl++"),
        ({"review.approve": "y"}, "review.approve: y is too easily pressed"),
        ({"review.approve": "v"}, "review.approve: v is too easily pressed"),
        ({"review.approve": "enter"}, "enter is too easily pressed"),
        ({"project.terminate": "space"}, "space is too easily pressed"),
        ({"project.terminate": "ctrl+m"}, "enter is too easily pressed"),
    ],
)
def test_what_cannot_be_is_told_with_both_names(mapping: dict[str, str], told: str) -> None:
    with pytest.raises(Invalid) as found:
        remapped(ACTIONS, mapping)
    for part in told.split(": "):
        assert part in f"{found.value.message} {found.value.hint}"


@pytest.mark.parametrize("key", ["V", "delete", "f9", "ctrl+t"])
def test_deliberate_keys_may_change_data(key: str) -> None:
    assert keys(remapped(ACTIONS, {"review.approve": key}))["review.approve"] == (key,)


def test_one_key_may_mean_two_things_on_two_screens() -> None:
    found = keys(remapped(ACTIONS, {"quotas.over": "b", "projects.view": "b"}))
    assert found["quotas.over"] == found["projects.view"] == ("b",)


@pytest.mark.parametrize(
    ("key", "same"),
    [("?", "question_mark"), ("tab", "ctrl+i"), ("escape", "ctrl+["), ("/", "slash")],
)
def test_keys_that_terminals_do_not_tell_apart_are_one(key: str, same: str) -> None:
    assert canonical(key) == canonical(same)
