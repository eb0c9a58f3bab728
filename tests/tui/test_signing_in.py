"""A token that is missing or refused: it is asked for on top of the pane, never shown, and what
was being done goes on."""

from __future__ import annotations

import asyncio
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from backend.core.errors import NotSignedIn
from backend.core.identity import Role
from backend.core.signin import Question
from backend.credentials import Source
from backend.http import Http
from backend.projects.model import ApplicationState
from backend.tokens import Tokens
from tests.http.test_client import looped
from tests.tui.afar import TOKEN, Afar, afar, arrived, fresh, left, pane
from tests.tui.panes.test_pictures import Compare
from tests.tui.stage import SIZES, dialog, listens, play, press, said, until, write
from tui.app import BursarApp
from tui.cli.output import told
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.signin import SignInScreen
from tui.signin import CALM, SignIn

NEW = "ada-n3w"


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Afar]:
    monkeypatch.chdir(tmp_path)
    with afar(Path()) as found:
        yield found


async def asked(pilot: Pilot[None]) -> None:
    """Wait until the prompt listens."""
    await until(pilot, lambda: listening(pilot))


def listening(pilot: Pilot[None]) -> bool:
    """Whether what is typed now goes into the prompt."""
    prompt = pilot.app.screen
    return isinstance(prompt, SignInScreen) and listens(prompt)


async def answered(pilot: Pilot[None], token: str) -> None:
    """Paste a token and wait until the prompt is gone."""
    prompt = pilot.app.screen
    field = prompt.query_one(Input)
    field.insert_text_at_cursor(token)
    await pilot.pause()
    assert token not in said(pilot.app)
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is not prompt)


def test_a_token_that_ends_is_asked_for_and_the_decision_goes_on(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        await press(pilot, "j", "X")
        await dialog(pilot)
        await write(pilot, "not now")
        await press(pilot, "enter")
        far.shut_out()
        far.admit(NEW)
        await pilot.press("y")
        await asked(pilot)
        assert fresh(pilot) == "signed out"
        await answered(pilot, NEW)
        await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))
        found = far.stage.world.application(far.stage.newcomer)
        assert found.state is ApplicationState.DENIED
        await arrived(pilot)
        assert isinstance(pilot.app, BursarApp)
        assert NEW not in "".join(one.text for one in pilot.app.session.messages)
        await left(pilot)

    play(far.app(), script)
    assert far.tokens.read_text() == TOKEN


def test_one_without_a_token_asks_at_the_start(far: Afar) -> None:
    far.tokens.unlink()

    async def script(pilot: Pilot[None]) -> None:
        await asked(pilot)
        shown = " ".join(said(pilot.app).split())
        assert "token_file" in shown
        await answered(pilot, TOKEN)
        await arrived(pilot)
        await left(pilot)

    play(far.app(), script)


def test_a_wrong_token_is_asked_for_again(far: Afar) -> None:
    far.keep("nobody")

    async def script(pilot: Pilot[None]) -> None:
        await asked(pilot)
        await answered(pilot, "nobody-else")
        await asked(pilot)
        await until(pilot, lambda: "the typed token is refused" in said(pilot.app))
        await pilot.press(*"a b", "enter")
        assert "a token has no spaces" in said(pilot.app)
        for _ in "a b":
            await pilot.press("backspace")
        await answered(pilot, TOKEN)
        await arrived(pilot)
        await left(pilot)

    play(far.app(), script)


def test_a_wrong_token_and_then_the_right_one_is_told_and_followed(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, BursarApp)
        await arrived(pilot)
        far.shut_out()
        await pilot.press("r")
        await asked(pilot)
        app.session.told(NotSignedIn("nobody has this token"))
        await answered(pilot, "nobody-else")
        await asked(pilot)
        far.admit(NEW)
        await answered(pilot, NEW)
        await arrived(pilot)
        await until(pilot, lambda: "live" in said(app).splitlines()[0])
        await until(pilot, lambda: app.session.messages[-1].text == "signed in as token:ada")
        await left(pilot)

    play(far.app(), script)


@looped
async def test_an_answer_that_nobody_waits_for_any_more_leaves_nobody_signed_out() -> None:
    sign_in, answer = SignIn(), asyncio.get_running_loop().create_future()

    async def show(_: Question) -> str:
        return str(await answer)

    sign_in.show = show
    question = Question("team", "https://h.example", "it is refused")
    waits = asyncio.create_task(sign_in(question))
    await asyncio.sleep(0)
    was_asking = sign_in.asking
    assert was_asking
    waits.cancel()
    answer.set_result("typed")
    await asyncio.gather(waits, return_exceptions=True)
    await asyncio.sleep(0)
    assert not sign_in.asking
    assert await sign_in(question) == "typed"


def test_what_is_typed_right_after_a_token_goes_nowhere(far: Afar) -> None:
    now = 0.0

    async def script(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, BursarApp)
        await until(pilot, lambda: bool(pane(pilot).list.shown))
        sign_in = app.session.sign_in = SignIn(lambda: now)
        sign_in.show = app._ask_token
        pending = asyncio.create_task(sign_in(Question("team", "https://h.example", "asked")))
        await asked(pilot)
        app.screen.query_one(Input).insert_text_at_cursor(TOKEN)
        for key in ("enter", "E", "colon", "question_mark"):
            await pilot.press(key)
        assert await pending == TOKEN
        app.post_message(events.Paste("s3cret"))
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert not pane(pilot).message_row.asking
        nonlocal now
        now = CALM
        await pilot.press("question_mark")
        assert len(app.screen_stack) == 2
        await left(pilot)

    play(far.app(live=False), script)


def test_what_is_typed_when_the_prompt_comes_is_no_token(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        app, now = pilot.app, 0.0
        assert isinstance(app, BursarApp)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        question = Question("team", "https://h.example", "no token is configured")
        prompt = SignInScreen(app.session, question, answer, clock=lambda: now)
        app.push_screen(prompt)
        for _ in range(3):
            now += 0.5
            await pilot.press("r", "2", "enter", "escape")
        assert app.screen is prompt
        now = 2.2
        await asked(pilot)
        assert prompt.query_one(Input).value == ""
        await pilot.press("2", "enter")
        assert await answer == "2"
        await left(pilot)

    play(far.app(live=False), script)


def test_who_signs_in_as_somebody_else_is_called_so(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        far.shut_out()
        far.admit("bo-n3w", "bo", Role.VIEWER)
        await pilot.press("r")
        await asked(pilot)
        await answered(pilot, "bo-n3w")
        await until(pilot, lambda: "token:bo" in said(pilot.app))
        await press(pilot, "j", "X")
        assert "deny: your role is viewer" in said(pilot.app)
        await left(pilot)

    play(far.app(), script)


def test_who_declines_is_asked_again_when_he_wants_to(far: Afar) -> None:
    far.keep("nobody")

    async def script(pilot: Pilot[None]) -> None:
        await asked(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: fresh(pilot) == "signed out, r asks again")
        assert not isinstance(pilot.app.screen, SignInScreen)
        await pilot.press("r")
        await asked(pilot)
        await answered(pilot, TOKEN)
        await arrived(pilot)
        await until(pilot, lambda: "signed in as token:ada" in said(pilot.app))
        await left(pilot)

    play(far.app(), script)


def test_a_token_that_is_mended_outside_is_taken_without_asking(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        far.shut_out()
        far.admit(NEW)
        far.keep(NEW)
        far.line.cut()
        await until(pilot, lambda: NEW in far.line.tokens)
        await arrived(pilot)
        assert pane(pilot).list.shown
        await left(pilot)

    play(far.app(), script)


def keys_of(pilot: Pilot[None]) -> set[str]:
    """The last row."""
    return set(re.split("  +", said(pilot.app).splitlines()[-1].strip()))


def test_what_a_viewer_may_not_do_says_so(far: Afar) -> None:
    far.admit("eve-viewer", "eve", Role.VIEWER)
    far.keep("eve-viewer")

    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        await press(pilot, "j", "X")
        assert "deny: your role is viewer" in said(pilot.app)
        assert "  RO  " in said(pilot.app)
        await press(pilot, "a")
        await until(pilot, lambda: "NOT POSSIBLE" in said(pilot.app))
        assert "It cannot be approved now: your role is viewer" in said(pilot.app)
        assert not {"A approve", "X deny"} & keys_of(pilot)
        await left(pilot)

    play(far.app(), script)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_prompt(far: Afar, snap_compare: Compare, size: tuple[int, int]) -> None:
    far.keep("old-one")

    async def before(pilot: Pilot[None]) -> None:
        await asked(pilot)
        pilot.app.screen.query_one(Input).insert_text_at_cursor("typed")
        await pilot.pause()

    app = far.app(size, live=False, production=True)
    assert snap_compare(app, terminal_size=size, run_before=before)


@looped
async def test_a_source_is_read_again_and_then_the_operator_asked(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("one")
    file.chmod(0o600)
    questions: list[Question] = []

    async def ask(question: Question) -> str:
        questions.append(question)
        return "typed" if len(questions) == 1 else ""

    tokens = Tokens(Source(file=file), "team", "https://h.example", ask)
    assert await tokens() == "one"
    file.write_text("two")
    assert await tokens() == "two"
    assert await tokens("nobody has it") == "typed"
    with pytest.raises(NotSignedIn, match="typed token is refused: not a user's"):
        await tokens("not a user's")
    assert await tokens() == "two"
    assert questions[0] == Question(
        "team", "https://h.example", "the token of token_file is refused: nobody has it"
    )


@looped
async def test_a_program_that_fails_is_quoted_in_what_it_complains_of_alone() -> None:
    """What it writes to its output may be the token, and so may what it complains of: on the
    screen it helps, and nothing keeps it."""
    source = Source(
        command=(
            "/bin/sh",
            "-c",
            "echo t0ken; printf '\x1b[2Jno such\nkey for s3cret\n' >&2; exit 3",
        )
    )
    with pytest.raises(NotSignedIn) as caught:
        await Tokens(source, "team", "https://h.example")()
    error = caught.value
    assert error.on_screen() == (
        "https://h.example: token_command: exit 3: ␛[2Jno such␤key for s3cret (mend token_command)"
    )
    assert error.on_screen().replace(": ␛[2Jno such␤key for s3cret", "") == str(error)
    kept = [*traceback.format_exception(error), repr(error), error.message, error.hint]
    assert "s3cret" not in "".join([*kept, str(error.data)])
    assert "t0ken" not in error.on_screen()


@looped
async def test_nor_is_what_it_complains_of_told_on_where_a_request_needs_a_token() -> None:
    """What asked for it may be written down, its refusal with it."""
    source = Source(command=("/bin/sh", "-c", "echo no such key >&2; exit 3"))
    http = Http("https://h.example", token=Tokens(source, "team", "https://h.example"))
    with pytest.raises(NotSignedIn) as caught:
        await http.send("POST", "/x", {})
    assert "exit 3: no such key" in caught.value.on_screen()
    assert "no such key" not in "".join(traceback.format_exception(caught.value))


def test_what_may_be_secret_is_told_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = NotSignedIn("token_command: exit 3", aside="no such key")
    told(error)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    told(error)
    assert capsys.readouterr().err.splitlines() == [
        "bursar: Not signed in: token_command: exit 3",
        "bursar: Not signed in: token_command: exit 3: no such key",
    ]


@looped
async def test_where_no_token_is_configured_it_says_which_settings_name_one() -> None:
    source = Source(section="contexts.team.bursar")
    tokens = Tokens(source, "team", "https://h.example")
    assert await tokens() == ""
    with pytest.raises(NotSignedIn, match="no token is configured") as caught:
        await tokens("who is this?")
    wanted = "set token_command, token_env or token_file in [contexts.team.bursar]"
    assert caught.value.hint == wanted
