"""The colours: blue and orange, told apart by everyone, and alive in 256 colours."""

from __future__ import annotations

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
        "text-muted": "#949494",
        "text-primary": "#5fafff",
        "text-warning": "#ffaf5f",
        "text-error": "#ff875f",
        "text-success": "#87d7d7",
        "bar-used": "#5fafff",
        "bar-pending": "#ffd787",
        "bar-taken": "#767676",
    },
)

THEMES = (DARK,)
DEFAULT = DARK.name
