"""A list to choose from whose chosen line is told by a sign, not by colours alone."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

MARGIN = "  "


class Options(OptionList):
    """Options of one line each; `>` stands before the highlighted one, which is drawn without
    its own colours, since none can be read on every cursor."""

    def __init__(self, lines: Sequence[Content] = (), *, id: str) -> None:
        super().__init__(id=id, compact=True)
        self._offered: list[Content] = []
        self._pointed: int | None = None
        self.offer(lines)

    def offer(self, lines: Sequence[Content]) -> None:
        """Offer other lines, the first of them highlighted."""
        self._pointed = None
        self.clear_options()
        self._offered = [Content.assemble(MARGIN, one) for one in lines]
        self.add_options([Option(one) for one in self._offered])
        self.highlighted = 0 if self._offered else None

    def change(self, lines: Sequence[Content]) -> None:
        """The same options in other words."""
        self._offered = [Content.assemble(MARGIN, one) for one in lines]
        for index, one in enumerate(self._offered):
            self.replace_option_prompt_at_index(index, one)
        self._pointed = None
        self._point()

    def watch_highlighted(self, highlighted: int | None) -> None:
        """The sign goes along."""
        super().watch_highlighted(highlighted)
        self._point()

    def _point(self) -> None:
        before, now = self._pointed, self.highlighted
        if before is not None and before < len(self._offered):
            self.replace_option_prompt_at_index(before, self._offered[before])
        self._pointed = now if now is not None and now < len(self._offered) else None
        if self._pointed is not None:
            text = ">" + self._offered[self._pointed].plain[1:]
            self.replace_option_prompt_at_index(self._pointed, Content(text))
