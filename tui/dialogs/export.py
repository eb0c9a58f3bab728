"""The export dialog: which rows, in which format, to which file."""

from __future__ import annotations

from asyncio import Lock, to_thread
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label, OptionList, Static

from backend.core.errors import Invalid
from backend.core.text import MAX_CHARS, display
from tui.dialogs.dialog import Dialog
from tui.export import Wish, path_of
from tui.files import probe
from tui.format.lines import wrapped
from tui.session import Session
from tui.widgets.options import Options

FORMS = (("csv", "CSV"), ("json", "JSON"), ("jsonl", "JSON lines"))


class ExportScreen(Dialog[Wish | None]):
    """Asks what to export; `offered` are (what, words), `name` what the file is called first."""

    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
    ]

    def __init__(self, session: Session, name: str, offered: Sequence[tuple[str, str]]) -> None:
        super().__init__(session)
        self._list = name
        self._choices = [
            (what, form, f"{words} as {said}") for what, words in offered for form, said in FORMS
        ]
        self._proposed = ""
        self._naming = Lock()

    def body(self) -> ComposeResult:
        """The choices, the file, and what is wrong with it."""
        yield Options([Content(words) for _, _, words in self._choices], id="rows")
        with Horizontal(classes="field"):
            yield Label(Content("File ["))
            yield Input(id="file", compact=True, max_length=MAX_CHARS, select_on_focus=False)
            yield Label(Content("]"))
        yield Static(id="notice")

    def on_mount(self) -> None:
        """Begin with the first choice."""
        text = (
            "In the order and with the filter of the list; amounts are exact. The file is private,"
        )
        text += " in the directory that bursar was started in."
        self.query_one("#text").can_focus = False
        self.show_text(lambda look: wrapped("about", text, look.width))
        self.frame(
            f"Export {self._list}", "enter goes to the file, there it writes it   esc cancels"
        )
        self.query_one(OptionList).highlighted = 0

    @property
    def _form(self) -> str:
        return self._choices[self.query_one(OptionList).highlighted or 0][1]

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        self.run_worker(self._propose(), group="name")

    async def _propose(self) -> None:
        """The proposed name follows the format until another one is typed."""
        field = self.query_one("#file", Input)
        async with self._naming:
            if field.value != self._proposed:
                return
            name = await to_thread(free_name, self._list, self._form)
            if field.value == self._proposed:
                self._proposed = field.value = name
                field.cursor_position = len(name)

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.query_one("#file").focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """A pasted control character must not reach the terminal through the field."""
        if (safe := display(event.value)) != event.value:
            event.input.value = safe
        self.warn("")

    @on(Input.Submitted)
    async def _submitted(self) -> None:
        """Go on once the file can be made; until then it stays to be mended."""
        async with self._naming:
            file = self.query_one("#file", Input).value.strip()
        if not file:
            self.warn("The file needs a name.")
            return
        try:
            await to_thread(probe, str(path_of(file)))
        except Invalid as error:
            self.warn(str(error))
        else:
            what, form, _ = self._choices[self.query_one(OptionList).highlighted or 0]
            self.dismiss(Wish(what, form, file))

    def action_step(self, step: int) -> None:
        """Another choice, by the keys of lists."""
        rows = self.query_one(OptionList)
        if step > 0:
            rows.action_cursor_down()
        else:
            rows.action_cursor_up()

    def action_leave(self) -> None:
        """Export nothing."""
        self.dismiss(None)


def free_name(name: str, form: str) -> str:
    """A file in the current directory that does not exist yet."""
    number, file = 1, f"{name.lower()}.{form}"
    while _exists(file):
        number += 1
        file = f"{name.lower()}-{number}.{form}"
    return file


def _exists(file: str) -> bool:
    try:
        return path_of(file).exists()
    except OSError:  # writing will say what is wrong with it
        return False
