"""The colours: blue and orange, told apart by everyone, and never the only sign of anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from textual.theme import Theme

# From the 256-colour cube, so that a terminal without true colour shows the same.
DARK = Theme(
    name="bursar-dark",
    primary="#5fafff",
    secondary="#87afd7",
    accent="#ffaf5f",
    warning="#ffaf5f",
    error="#ff875f",
    success="#87d7d7",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={
        "production": "#5f0000",
        "cursor-row": "#005faf",
        "cursor-text": "#ffffff",
        "cursor-away": "#303030",
        "text-muted": "#a8a8a8",
        "text-primary": "#5fafff",
        "text-warning": "#ffaf5f",
        "text-error": "#ff875f",
        "text-success": "#87d7d7",
        "bar-used": "#5fafff",
        "bar-pending": "#ffd787",
        "bar-taken": "#9e9e9e",
    },
)

LIGHT = Theme(
    name="bursar-light",
    primary="#005faf",
    secondary="#005f87",
    accent="#5f5f00",
    warning="#5f5f00",
    error="#870000",
    success="#005f5f",
    foreground="#1c1c1c",
    background="#ffffff",
    surface="#f8f8f8",
    panel="#eeeeee",
    dark=False,
    variables={
        "production": "#ffd7d7",
        "cursor-row": "#005faf",
        "cursor-text": "#ffffff",
        "cursor-away": "#e4e4e4",
        "text-muted": "#4e4e4e",
        "text-primary": "#005faf",
        "text-warning": "#5f5f00",
        "text-error": "#870000",
        "text-success": "#005f5f",
        "bar-used": "#005faf",
        "bar-pending": "#5f5f00",
        "bar-taken": "#585858",
    },
)

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#87d7ff",
    secondary="#afd7ff",
    accent="#ffd700",
    warning="#ffd700",
    error="#ffaf87",
    success="#87ffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#121212",
    dark=True,
    variables={
        "production": "#5f0000",
        "cursor-row": "#ffff00",
        "cursor-text": "#000000",
        "cursor-away": "#262626",
        "text-muted": "#dadada",
        "text-primary": "#87d7ff",
        "text-warning": "#ffd700",
        "text-error": "#ffaf87",
        "text-success": "#87ffff",
        "bar-used": "#87d7ff",
        "bar-pending": "#ffd700",
        "bar-taken": "#bcbcbc",
    },
)

# The terminal's own colours: only those that are legible on black and on white.
ANSI = Theme(
    name="ansi",
    ansi=True,
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_magenta",
    warning="ansi_magenta",
    error="ansi_red",
    success="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "production": "ansi_default",
        "cursor-row": "ansi_default",
        "cursor-text": "ansi_default",
        "cursor-away": "ansi_default",
        "text-muted": "ansi_default",
        "text-warning": "ansi_magenta",
        "text-error": "ansi_red",
        "text-success": "ansi_default",
        "bar-used": "ansi_default",
        "bar-pending": "ansi_magenta",
        "bar-taken": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "bold reverse",
    },
)

# What the cursor's colours come to in 16 colours is white on cyan, or grey on yellow where bold
# makes colours brighter. White on blue can be read everywhere.
FEW = {"cursor-row": "#0000aa", "cursor-text": "#ffffff"}

THEMES = (DARK, LIGHT, HIGH_CONTRAST, ANSI)
DEFAULT = DARK.name


def changed(colors: str | None) -> Iterator[Theme]:
    """The themes that have to be others on a terminal with what Rich calls these colours."""
    if colors == "standard":
        for one in THEMES:
            if not one.ansi:
                yield replace(one, variables={**one.variables, **FEW})


def chosen(name: str, environ: Mapping[str, str]) -> Theme:
    """The theme of this name, `` for the usual one; NO_COLOR leaves the terminal's own."""
    if "NO_COLOR" in environ:
        return ANSI
    return next(theme for theme in THEMES if theme.name == (name or DEFAULT))
