"""Keys of the operator's choice, checked against the registry; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import combinations

from textual.keys import REPLACED_KEYS, Keys, key_to_character

from backend.core.errors import Invalid
from tui.actions import REACH, Action, Scope

MODIFIERS = frozenset(("ctrl", "alt", "shift", "super", "hyper", "meta"))
_WIDGETS = {Scope.TABLE, Scope.TEXT}
_NAMED = {key.value for key in Keys if key.value.isalnum()} - {"return"}
_SENT_AS = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+[": "escape",
    "ctrl+space": "ctrl+@",
    "ctrl+/": "ctrl+_",
}
"""What terminals make of keys that they cannot send."""
_CTRL = "@\\]^_"
"""The signs that have a control character."""
_BOUND = {
    ",": "comma",
    "\\": "backslash",
    "]": "right_square_bracket",
    "^": "circumflex_accent",
    "_": "underscore",
}
"""What Textual calls signs that it does not take as such in a keymap."""


def remapped(actions: Iterable[Action], mapping: Mapping[str, str]) -> tuple[Action, ...]:
    """The actions with the keys of `mapping` (action id to key, several with commas) instead of
    their own.

    Raises Invalid for ids and keys that do not exist, for keys that mean two things on one
    screen, and for keys too light for what changes data.
    """
    found = tuple(actions)
    known = {action.id for action in found}
    for id in mapping:
        if id not in known:
            raise _wrong(f"keys: there is no action {id}", _close(id, known))
    changed = tuple(
        replace(action, keys=_keys(action, mapping[action.id])) if action.id in mapping else action
        for action in found
    )
    for told in clashes(changed):
        raise _wrong(f"keys: {told}", "give one of them another key")
    return changed


def bound(keys: Iterable[str]) -> str:
    """The keys as `App.set_keymap` takes them."""
    return ",".join(_bound(key) for key in keys)


def _bound(key: str) -> str:
    modifiers, name = _parts(key)
    return "+".join([*modifiers, _BOUND.get(name, name)])


def clashes(actions: Sequence[Action]) -> Iterator[str]:
    """Every key that means two things on one screen: `ctrl+u: list.half_up and view.units`."""
    for one, other in combinations(actions, 2):
        shared = {canonical(key) for key in one.keys} & {canonical(key) for key in other.keys}
        if shared and _meet(one, other):
            yield f"{', '.join(sorted(shared))} means both {one.id} and {other.id}"


def canonical(key: str) -> str:
    """The one form of a key: signs as themselves, aliases as what terminals send."""
    modifiers, name = _parts(key)
    plain = "+".join([*modifiers, _sign(name) or name])
    return _SENT_AS.get(plain, plain)


def _meet(one: Action, other: Action) -> bool:
    """Whether both work on some screen. A table and a text panel never have the focus at once."""
    mine, theirs = {*one.scopes}, {*other.scopes}
    if mine | theirs <= _WIDGETS:
        return bool(mine & theirs)
    return any(mine & {*reach} and theirs & {*reach} for reach in REACH.values())


def _keys(action: Action, text: str) -> tuple[str, ...]:
    keys = (",",) if text == "," else tuple(_spelled(part.strip()) for part in text.split(","))
    for key in keys:
        _check(action, key)
    return keys


def _spelled(key: str) -> str:
    """As terminals send it: `A` for shift+a, ctrl+u for ctrl+U."""
    modifiers, name = _parts(key)
    if modifiers == ["shift"] and len(name) == 1:
        return name.upper()
    key = "+".join([*modifiers, name.lower()]) if modifiers and len(name) == 1 else key
    return canonical(key)


def _parts(key: str) -> tuple[list[str], str]:
    if key == "+" or key.endswith("++"):
        return [word for word in key[:-1].split("+") if word], "+"
    *modifiers, name = key.split("+")
    return modifiers, name


def _check(action: Action, key: str) -> None:
    modifiers, name = _parts(key)
    odd = [word for word in modifiers if word not in MODIFIERS]
    if odd or not _exists(name):
        hint = _close((odd or [name])[0], {*MODIFIERS, *_NAMED, "question_mark"})
        raise _wrong(f"keys: {action.id}: there is no key {key!r}", hint)
    if not _sendable(modifiers, name):
        raise _wrong(
            f"keys: {action.id}: plain terminals cannot send {key}",
            "use a sign, a named key, ctrl with a letter, or shift+tab",
        )
    if action.changes_data and not _deliberate(canonical(key)):
        raise _wrong(
            f"keys: {action.id}: {key} is too easily pressed for what changes data",
            "give it a capital letter, delete, a function key, or a key with ctrl",
        )


def _deliberate(key: str) -> bool:
    function = key[:1] == "f" and key[1:].isdecimal()
    return key == "delete" or function or "+" in key[:-1] or (len(key) == 1 and key.isupper())


def _sendable(modifiers: list[str], name: str) -> bool:
    if modifiers == ["ctrl"]:
        return len(name) == 1 and (name in _CTRL or name.isascii() and name.isalpha())
    return not modifiers or (modifiers == ["shift"] and name == "tab")


def _exists(name: str) -> bool:
    if len(name) == 1:
        return name.isprintable() and name != " "
    return name in _NAMED or _sign(name) is not None


def _sign(name: str) -> str | None:
    """`?` for question_mark, None for keys without a sign."""
    return None if name in _NAMED else key_to_character(REPLACED_KEYS.get(name, name))


def _close(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), 1, 0.5)
    return f"did you mean {close[0]}?" if close else "bursar's ? lists every action"


def _wrong(message: str, hint: str) -> Invalid:
    return Invalid(message, hint=hint, data={"usage": True})
