"""The one form screen: fields to fill in, here or in an editor, then the preview."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path, PurePath
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static, TextArea

from backend.core.errors import BursarError
from backend.core.plan import Receipt
from backend.core.text import display
from tui import messages
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.conflict import Outcome, pursue
from tui.dialogs.dialog import Dialog
from tui.dialogs.question import Offer, Question
from tui.format import ages
from tui.format.lines import BAD, HEAD, QUIET, WARN, Line, Look, joined, line, wrapped
from tui.format.names import shorten
from tui.forms.controls import Control, LineControl, OneOf, control
from tui.forms.drafts import Draft
from tui.forms.editor import edit
from tui.forms.exact import hidden
from tui.forms.form import Changed, Checked, Field, Form, Kind, Typed, checked, resolved, said
from tui.forms.keeper import Keeper
from tui.forms.rounds import decoded, rounds
from tui.session import Session
from tui.widgets.field import LineField
from tui.widgets.text import TextPanel

NAME, PAIR = 18, 13
"""Cells of a name, and of a field beside another; forms.tcss says so, too."""
PATIENCE = 0.3
"""Seconds without a key after which names are looked up."""


class Row(Horizontal):
    """The fields of one line, and beside them what they are or what is wrong with them."""

    def __init__(self, name: str, fields: list[Field], controls: list[Control]) -> None:
        is_text = fields[0].kind is Kind.TEXT
        super().__init__(classes="-text" if is_text else "-pair" if len(fields) > 1 else "")
        self.fields, self._controls, self._title = fields, controls, name
        self._told = Static(classes="told")

    def compose(self) -> ComposeResult:
        """Name, fields, words."""
        yield Label(Content(self._title), classes="name")
        for one in self._controls:
            framed = isinstance(one, LineControl)
            yield from (Label(Content("[")), one, Label(Content("] "))) if framed else (one,)
        yield self._told

    def tell(self, wrong: Mapping[str, str], now: Mapping[str, str]) -> None:
        """Say what is wrong, else what the field is by now and what helps."""
        found = [wrong[one.id] for one in self.fields if one.id in wrong]
        told = [now[one.id] for one in self.fields if one.id in now]
        text, style = "; ".join([*told, said(self.fields[0].help)]), QUIET
        if found:
            text, style = f"! {', '.join(dict.fromkeys(found))}", BAD
        elif text.startswith("!"):
            style = WARN
        self._told.update(joined([line("told", (text, style))]))


def _note(form: Form, look: Look) -> list[Line]:
    return wrapped("note", said(form.note), look.width, style=QUIET)


class FormScreen(Dialog[Receipt | None]):
    """Fills a form in and carries its command out after the preview; None when nothing was
    done or nobody waited for it; the draft goes when it is done. `editor` begins in the
    operator's editor."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        *Dialog.CSS_PATH,
        Path(__file__).parent / "forms.tcss",
    ]
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", show=False),
        Binding("ctrl+o", "editor", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, session: Session, form: Form, *, editor: bool = False) -> None:
        super().__init__(session)
        self.form = form
        self._initial = form.initial
        self._editor_first = editor
        self._controls = {one.id: control(one, self._initial[one.id]) for one in form.fields}
        self._before = dict(self._initial)
        """What stood in the fields when they were opened, for a draft the last time."""
        self._now: Typed = self._initial
        self._keeper = Keeper(session, form.key, self._draft, self._before)
        self._text = ""
        """What was edited and could not be read."""
        self._seen: Typed = self._initial
        """What stood in the fields when it was looked at last."""
        self._tried = False

    # --- what is on screen

    def body(self) -> ComposeResult:
        """The fields by section, what went wrong, the buttons."""
        with VerticalScroll(id="fields", can_focus=False):
            for section, fields in groupby(self.form.fields, lambda one: one.section):
                yield from self._section(section, list(fields))
        yield Static(id="notice")
        with Horizontal(id="buttons"):
            yield Button("Preview  ^s", id="submit", compact=True)
            yield Button("In an editor  ^o", id="editor", compact=True)
            yield Button("Cancel", id="cancel", compact=True)

    def _section(self, section: str, fields: list[Field]) -> Iterator[Label | Row]:
        rows = [list(row) for _, row in groupby(fields, lambda one: one.row or one.id)]
        if section:
            widest = max(rows, key=len)
            titles = [one.label for one in widest] if len(widest) > 1 else []
            yield Label(_heading(section, titles), classes="section")
        for row in rows:
            name = shorten(row[0].row or row[0].label, NAME - 1, self.session.look().glyphs)
            yield Row(name, row, [self._controls[one.id] for one in row])

    def on_mount(self) -> None:
        """Offer what was typed the last time."""
        self.query_one("#text").can_focus = False
        steps = "- + step   " if any(one.step for one in self.form.fields) else ""
        self.frame(self.form.title, f"{steps}tab moves   enter goes on   esc closes")
        self.show_text(partial(_note, self.form))
        self._tell(Checked({}, {}))
        self._begin()

    def fit(self) -> None:
        """The fields get the rows that the rest leaves."""
        panel, fields = self.query_one(TextPanel), self.query_one("#fields")
        panel.styles.height = len(panel.lines)
        fields.styles.max_height = None
        others = (one for one in self.query("#dialog > *") if one is not fields and one.display)
        rows = sum(one.outer_size.height + one.styles.margin.height for one in others)
        rows += len(panel.lines) - panel.outer_size.height + fields.styles.margin.height
        fields.styles.max_height = max(3, self.size.height - rows - 2)

    def _tell(self, found: Checked) -> None:
        """Say beside the fields what is wrong with them."""
        typed = self.typed
        seen = {
            id: words
            for id, words in found.wrong.items()
            if self._tried or typed.get(id) != self._initial.get(id)
        }
        now = by_now(self._now, self._before) if self.form.now else {}
        for row in self.query(Row):
            row.tell(seen, now)

    def refresh_figures(self) -> None:
        """Something changed in the backend: say beside the fields what they are now."""
        self.regained()
        if self.form.now is not None:
            self.run_worker(self._look_again(self.form.now), group="figures", exclusive=True)

    async def _look_again(self, now: Callable[[], Awaitable[Typed]]) -> None:
        try:
            self._now = await now()
        except BursarError as error:
            self.failed(error)
        else:
            self.show_text(partial(_note, self.form))
            self._tell(checked(self.form, self.typed))

    # --- what was typed

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields."""
        return {id: one.typed for id, one in self._controls.items()}

    @property
    def _touched(self) -> dict[str, str]:
        return {id: text for id, text in self.typed.items() if text != self._initial[id]}

    def _draft(self) -> tuple[Mapping[str, str], str]:
        return self._touched, self._text

    def fill(self, typed: Typed) -> None:
        """Put values into the fields."""
        self._seen = {**self.typed, **{id: typed[id] for id in typed if id in self._controls}}
        for id, text in self._seen.items():
            if self._controls[id].typed != text:
                self._controls[id].put(text)
        self._look()

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(OneOf.Changed)
    def _changed(self, event: Input.Changed | TextArea.Changed | OneOf.Changed) -> None:
        line = event.input if isinstance(event, Input.Changed) else None
        if line is not None and (safe := hidden(line.value)) != line.value:
            line.value = safe
        elif (typed := self.typed) != self._seen:
            self._seen, self._text = typed, ""
            self.warn("")
            self._look()

    def _look(self) -> None:
        """Keep what stands in the fields, and say what is wrong with it."""
        self._keeper.changed(self)
        check: Callable[[], Awaitable[None]] = self._check
        self.run_worker(check, group="check", exclusive=True)

    async def _check(self) -> None:
        """What can be told at once, then whether people are known."""
        typed = self.typed
        self._tell(checked(self.form, typed))
        await asyncio.sleep(PATIENCE)
        try:
            found = await resolved(self.form, typed)
        except BursarError as error:
            self.failed(error)
            return
        self._tell(found)

    @on(Input.Submitted)
    @on(OneOf.Submitted)
    def _next(self) -> None:
        """To the next field, from the last one to the preview."""
        if self.focused is [*self._controls.values()][-1]:
            self.action_submit()
        else:
            self.focus_next()

    @on(LineField.Cut)
    def _cut(self, event: LineField.Cut) -> None:
        self.warn(f"The pasted text was cut to {event.kept} characters.")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the whole line of a field."""
        event.widget.scroll_visible(animate=False)

    # --- beginning and end

    @work(group="change", exclusive=True)
    async def _begin(self) -> None:
        """Offer the draft, then go to the first field or into the editor."""
        draft = self._keeper.found()
        if draft is not None:
            if self.session.ahead.drop():
                self.session.tell("what was typed before this question went nowhere", messages.WARN)
            if not await self._offered(draft):
                return
        self.set_focus(next(iter(self._controls.values())))
        handing_on: Callable[[], Awaitable[None]] = self.session.ahead.hand_on
        self.run_worker(handing_on, group="ahead")
        if self._editor_first:
            self.call_later(self.action_editor)

    async def _offered(self, draft: Draft) -> bool:
        """Whether to go on, after the draft was restored or dropped."""
        today = ages.day(draft.at) == ages.day(self.session.now())
        when = f"{ages.clock(draft.at)[:5]}Z" if today else ages.stamp(draft.at)
        what = draft.told({one.id: one.row or one.label for one in self.form.fields})
        told = f"Restore draft of {when}, {what}? It was typed here and not sent."
        keys = "y restores   del forgets it   esc closes"
        restore = await self.app.push_screen_wait(Offer(self.session, self.form.title, told, keys))
        if restore is None:
            self.dismiss(None)
        elif restore:
            self._text = draft.text
            self._before.update({id: draft.before[id] for id in draft.before if id in self._before})
            self.fill(draft.values)
        else:
            self._keeper.drop()
        return restore is not None

    def on_unmount(self) -> None:
        """A console that is ended keeps what was typed."""
        self._keeper.flush()

    @on(Button.Pressed, "#cancel")
    @work(group="change")
    async def action_leave(self) -> None:
        """Close; asked first when something was typed that takes thought, which is kept."""
        if self.form.is_brief and not self._text:
            self._keeper.drop(over=True)
        elif self._touched or self._text:
            keys = "y or esc closes   n goes on"
            told = "Close the form? What you typed is kept as a draft."
            asking = Question(self.session, self.form.title, told, keys)
            if await self.app.push_screen_wait(asking) is False:
                return
            self._keeper.keep()
            self.session.tell("draft kept")
        self.dismiss(None)

    @on(Button.Pressed, "#submit")
    @work(group="change", exclusive=True)
    async def action_submit(self) -> None:
        """Preview what the form says, and carry it out."""
        self._tried = True
        self._keeper.flush()
        try:
            found = await resolved(self.form, self.typed)
            self._tell(found)
            if self._lacking(found):
                return
            outcome = await self._pursued(found.changed)
        except BursarError as error:
            self.failed(error)
            return
        if outcome.receipt is not None or outcome.left:
            self.dismiss(outcome.receipt)

    async def _pursued(self, changed: Changed) -> Outcome:
        """Preview it and have it carried out. Raises BursarError."""
        sent = partial(self._keeper.drop, over=True)
        if self.form.wish is not None:
            return await pursue(self.app, self.session, self.form.wish(changed), sent)
        plan = await self.session.plan(self.form.command(changed))
        since = partial(self.form.overtaken, changed, self._before)
        shown = ConfirmScreen(self.session, plan, done=sent, since=since)
        receipt = await self.app.push_screen_wait(shown)
        return Outcome(receipt, shown.left)

    def _lacking(self, found: Checked) -> bool:
        """Say why there is nothing to preview, if so."""
        if found.wrong:
            first = next(one.id for one in self.form.fields if one.id in found.wrong)
            self._controls[first].focus()
            self.warn("Look at what is marked with ! first.")
        elif not found.changed:
            told = by_now(self._now, self._before).values()
            news = ", ".join(one.removeprefix("! ") for one in told if one.startswith("!"))
            again = f"Nothing was changed here; {news}. Open the form again."
            self.warn(again if news else "Nothing was changed yet.")
        return bool(found.wrong) or not found.changed

    @on(Button.Pressed, "#editor")
    @work(group="change")
    async def action_editor(self) -> None:
        """All fields as a text in $EDITOR; what comes back is previewed."""
        try:
            outcome = await rounds(self.form, self.typed, self._text, self._visit)
        except BursarError as error:
            self.failed(error)
            return
        self.fill(outcome.values)
        self._text = outcome.text
        if outcome.done:
            self.action_submit()
        elif outcome.text:
            self.warn("There are mistakes left in the text; ^o goes on with it.")
        elif self._editor_first and not self._touched:
            self.session.tell(messages.UNCHANGED)
            self.dismiss(None)

    def _visit(self, text: str) -> bytes:
        """Leave the screen to the editor for a while."""

        def keep(data: bytes) -> None:
            if (saved := decoded(data)[0]) != text:
                self._text = saved
                self._keeper.keep()

        try:
            return edit(self.app, text, "bursar.conf", keep)
        finally:
            self.app.refresh(layout=True)


def _heading(section: str, titles: Sequence[str]) -> Content:
    """The name of a section, and over fields that stand side by side what they are."""
    over = "".join(f"{title:<{PAIR}}" for title in [*titles, "NOW"] if titles)
    return line("", (f"{display(section):<{NAME}}", HEAD), (over, QUIET)).content


def by_now(now: Typed, before: Typed) -> dict[str, str]:
    """What fields are by now, marked where somebody else set it since they were opened."""
    told = {}
    for id, text in now.items():
        same = text == before[id]
        told[id] = f"now {text}" if same else f"! now {text}, was {before[id]}"
    return told
