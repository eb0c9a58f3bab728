"""The facet picker: states and words of a list, picked with space."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.dialogs.dialog import Dialog
from tui.facets import Facet
from tui.format.lines import HEAD, line, wrapped
from tui.session import Session
from tui.widgets.options import Options

NAMED = 22


class FacetScreen(Dialog[Sequence[Facet] | None]):
    """Offers (facet, meaning) and answers those that are picked, None when left."""

    AUTO_FOCUS = "#facets"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("space", "pick", show=False),
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
        Binding("x", "none", show=False),
    ]

    def __init__(
        self, session: Session, offered: Sequence[tuple[Facet, str]], picked: Collection[Facet]
    ) -> None:
        super().__init__(session)
        self._offered, self._picked = offered, set(picked)

    def body(self) -> ComposeResult:
        """The facets."""
        yield Options(self._prompts(), id="facets")

    def on_mount(self) -> None:
        """Say how."""
        text = (
            "Words picked of one field mean either (kind:opl|opr); all else has to hold together."
        )
        self.query_one("#text").can_focus = False
        self.show_text(lambda look: wrapped("about", text, look.width))
        self.frame("Show only", "space picks   x none   enter shows   esc leaves")

    def on_option_list_option_selected(self) -> None:
        """Show what fits those that are picked."""
        self.dismiss([facet for facet, _ in self._offered if facet in self._picked])

    def action_pick(self) -> None:
        """Pick the one under the cursor, or not."""
        facets = self.query_one(Options)
        if (at := facets.highlighted) is not None:
            self._picked ^= {self._offered[at][0]}
            self._draw()

    def action_none(self) -> None:
        """Pick nothing."""
        self._picked.clear()
        self._draw()

    def action_step(self, step: int) -> None:
        """Another one, by the keys of lists."""
        facets = self.query_one(Options)
        if step > 0:
            facets.action_cursor_down()
        else:
            facets.action_cursor_up()

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    def _draw(self) -> None:
        self.query_one(Options).change(self._prompts())

    def _prompts(self) -> list[Content]:
        return [self._prompt(facet, told) for facet, told in self._offered]

    def _prompt(self, facet: Facet, told: str) -> Content:
        field, word = facet
        name = f"{field}:{word}" if field else word
        on = facet in self._picked
        return line(
            "", (f"[{'x' if on else ' '}] {name:<{NAMED}}", HEAD if on else ""), f"  {told}"
        ).content
