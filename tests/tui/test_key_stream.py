"""What bytes of a terminal mean: escape and a key after it are two keys."""

from __future__ import annotations

import pytest
from textual.events import Key, Paste

from tui.terminal import KeyParser

LATER = ""
"""Nothing more came for so long that a key is over."""


def meant(*pieces: str) -> list[str]:
    """The keys of what arrives in these pieces, and what is pasted."""
    parser, found = KeyParser(), list[str]()
    for piece in pieces:
        if piece == LATER:
            parser._timeout_time = 0.0
        for event in parser.feed(piece) if piece else parser.tick():
            if isinstance(event, Key):
                found.append(event.key)
            elif isinstance(event, Paste):
                found.append(f"paste {event.text}")
    return found


@pytest.mark.parametrize(
    ("pieces", "keys"),
    [
        (["\x1b", "u"], "escape u"),
        (["\x1b", ":"], "escape colon"),
        (["\x1b:"], "escape colon"),
        (["\x1b", "A", "y"], "escape A y"),
        (["\x1b", "5"], "escape 5"),
        (["\x1b", "\r"], "escape enter"),
        (["ab\x1bcd"], "a b escape c d"),
        (["\x1b", "\x1b", "u"], "escape escape u"),
        (["\x1b", LATER, "u"], "escape u"),
        (["\x1b", "f"], "escape f"),
        (["\x1bfo"], "escape f o"),
        (["\x1b", "[", LATER], "escape left_square_bracket"),
        (["\x1b", "O", LATER], "escape O"),
        (["\x1b", "O", "g", LATER], "escape O g"),
    ],
)
def test_escape_and_a_key_after_it_are_two_keys(pieces: list[str], keys: str) -> None:
    assert meant(*pieces) == keys.split()


@pytest.mark.parametrize(
    ("pieces", "keys"),
    [
        (["\x1b[D"], ["left"]),
        (["\x1b", "[", "D"], ["left"]),
        (["\x1b[", "D", "x"], ["left", "x"]),
        (["\x1b", "O", "P"], ["f1"]),
        (["\x1b[1;5C"], ["ctrl+right"]),
        (["\x1b[27u"], ["escape"]),
        (["\x1bf", "\x1bb", "\x1b\x7f"], ["ctrl+right", "ctrl+left", "ctrl+w"]),
        (["\x1b[200~a b\x1b[201~", "c"], ["paste a b", "c"]),
        (["\x1b[?2026;2$y", "c"], ["c"]),
    ],
)
def test_what_terminals_send_for_one_key_stays_one(pieces: list[str], keys: list[str]) -> None:
    assert meant(*pieces) == keys
