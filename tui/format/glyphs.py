"""The two sets of signs that the console draws with; both exist at every size."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One cell each, but for `infinite`; `none` is where nothing is to be said, `away` the cursor
    of a list that has no focus, `spark` from nothing to full, `heat` from little to full."""

    used: str
    pending: str
    left: str
    taken: str
    over: str
    vertical: str
    ellipsis: str
    infinite: str
    none: str
    away: str
    spark: str
    heat: str
    border: str


ASCII = Glyphs("#", "+", ".", "x", "!", "|", "~", "inf", "-", ")", ".:-=+*#%", ".:=*#", "ascii")
UNICODE = Glyphs("█", "▒", "·", "╳", "!", "│", "…", "∞", "–", "▹", "▁▂▃▄▅▆▇█", "·░▒▓█", "round")


def choose(setting: str, environ: Mapping[str, str] = os.environ) -> Glyphs:
    """The set for `unicode`, `ascii` or `auto`: ASCII where the terminal cannot show more."""
    if setting != "auto":
        return ASCII if setting == "ascii" else UNICODE
    terminal = environ.get("TERM", "")
    plain = terminal in ("linux", "dumb") or terminal.startswith("vt")
    return ASCII if plain or "utf" not in locale.getpreferredencoding().lower() else UNICODE
