"""Lines that are kept until something changes: Textual asks every widget for all of its lines,
whatever it is that has to be painted."""

from __future__ import annotations

from textual.containers import Container, Horizontal
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Kept(Widget):
    """Gives the lines that it gave before while it is not refreshed."""

    _kept: tuple[Region, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Those within a region of the widget."""
        if self._kept is None or self._kept[0] != crop:
            self._kept = crop, super().render_lines(crop)
        return self._kept[1]

    def _set_dirty(self, *regions: Region) -> None:
        """Something has to be painted."""
        self._kept = None
        super()._set_dirty(*regions)

    def notify_style_update(self) -> None:
        """Colours changed."""
        self._kept = None
        super().notify_style_update()


class Body(Container, Kept):
    """What is between the chrome of a screen."""


class Beside(Horizontal, Kept):
    """Parts side by side."""
