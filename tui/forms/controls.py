"""What a field is filled in with: a line, several lines, or one of a few."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import TextArea

from backend.core.text import MAX_CHARS
from tui.forms.exact import hidden
from tui.forms.form import Field, Kind, Step
from tui.widgets.field import LineField


class LineControl(LineField):
    """A line; what a terminal would act on is written as an escape. Of a `figure` all is chosen
    when one comes to it, so that typing replaces it."""

    def __init__(self, value: str, *, figure: bool = False) -> None:
        super().__init__(value, compact=True, max_length=MAX_CHARS, select_on_focus=figure)

    def put(self, text: str) -> None:
        """Show this text."""
        self.value = text
        self.cursor_position = len(text)

    @property
    def typed(self) -> str:
        """What stands in it."""
        return self.value


class StepControl(LineControl):
    """A line whose value goes up and down by `-` and `+`, which is what they do in place of being
    typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "step(1)", show=False, priority=True),
        Binding("minus", "step(-1)", show=False, priority=True),
    ]

    def __init__(self, value: str, step: Step) -> None:
        super().__init__(value, figure=True)
        self._step = step

    def action_step(self, by: int) -> None:
        """One more or less."""
        self.put(self._step(self.value, by))


class TextControl(TextArea):
    """Several lines; enter begins a new one."""

    def __init__(self, value: str) -> None:
        super().__init__(value, compact=True, show_line_numbers=False, highlight_cursor_line=False)

    def put(self, text: str) -> None:
        """Show this text."""
        self.text = text

    @property
    def typed(self) -> str:
        """What stands in it."""
        return self.text

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        pasted = event.text.replace("\r\n", "\n").replace("\r", "\n")
        self.replace(hidden(pasted), *self.selection)


class OneOf(Widget, can_focus=True):
    """One of a few words, all of them in sight: `auto [moderated] closed`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,space", "step(1)", show=False),
        Binding("left,h", "step(-1)", show=False),
        Binding("enter", "submit", show=False),
    ]

    class Changed(Message):
        """Another word was chosen."""

    class Submitted(Message):
        """Enter: on to the next field."""

    def __init__(self, choices: tuple[str, ...], value: str) -> None:
        super().__init__()
        self._choices, self._value = choices, value

    def put(self, text: str) -> None:
        """Choose this word."""
        self._value = text
        self.refresh()
        self.post_message(self.Changed())

    @property
    def typed(self) -> str:
        """The chosen word."""
        return self._value

    def render(self) -> RenderResult:
        """The words, the chosen one in brackets."""
        words = [(f"[{one}]" if one == self._value else f" {one} ") for one in self._choices]
        style = "reverse" if self.has_focus else "bold"
        parts = [(w, style if w.startswith("[") else "$text-muted") for w in words]
        return Content(" ").join(Content.styled(*part) for part in parts)

    def action_step(self, step: int) -> None:
        """The next word, or the one before."""
        there = self._choices.index(self._value) if self._value in self._choices else -step
        self.put(self._choices[(there + step) % len(self._choices)])

    def action_submit(self) -> None:
        """Go on."""
        self.post_message(self.Submitted())


Control = LineControl | TextControl | OneOf


def control(field: Field, value: str) -> Control:
    """What this field is filled in with."""
    if field.kind is Kind.TEXT:
        return TextControl(value)
    if field.step is not None:
        return StepControl(value, field.step)
    if field.choices:
        return OneOf(field.choices, value)
    return LineControl(value, figure=field.is_figure)
