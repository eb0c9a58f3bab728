"""`bursar notify`: notices without a console, and what is configured about them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import contexts
from backend.core.errors import StorageBusy, StorageFull
from backend.notices.deliverer import Deliverer, Tally
from backend.notices.model import Sink, Terms
from tests.cli.conftest import Run
from tests.notices.post import APPEND, program
from tests.tui.stage import Stage
from tui.cli import notify

ROOT = Path(__file__).resolve().parents[2]
Configure = Callable[[str], Path]
Write = Callable[..., Path]
OPS = 'reviewers = ["ops@uni.example"]'


@pytest.fixture
def configured(configure: Configure, stage: Stage, tmp_path: Path) -> Write:
    """The stage as the context `work`, its notices as the lines say or into a file."""
    stage.backend.shut()
    sent = tmp_path / "sent"

    def write(*lines: str, script: str = APPEND) -> Path:
        command = f"command = {json.dumps(program(sent, script))}"
        told = "\n".join(lines or (command, OPS))
        configure(
            f'[contexts.work]\ndatabase = "{stage.world.database.path}"\n'
            f"[contexts.work.notices]\n{told}\n"
        )
        return sent

    return write


def test_notices_are_off_where_none_are_configured(bursar: Run, demo: Path) -> None:
    done = bursar("notify", "--once", "--database", demo)
    assert (done.code, done.out) == (2, "")
    assert "no notices are configured" in done.err
    assert "[contexts.NAME.notices]" in done.err
    assert "ok    notices: off" in bursar("doctor", "--database", demo).out


def test_a_decision_at_the_command_line_is_told(
    configured: Write, bursar: Run, stage: Stage
) -> None:
    sent = configured()
    assert bursar("notify", "--once").err == "nothing was sent\n"
    assert bursar("deny", stage.newcomer, "--reason", "too big", "--yes").code == 0
    listed = bursar("notify", "--dry-run")
    assert (listed.code, listed.err) == (0, "")
    assert "application.deny" in listed.lines[1]
    assert "n@uni.example" in listed.lines[1]
    assert not sent.exists()
    assert "note  notices: to /bin/sh: 1 wait" in bursar("doctor").out
    done = bursar("notify", "--once", "--database", stage.world.database.path)
    assert (done.code, done.out, done.err) == (0, "", "1 sent\n")
    document = json.loads(sent.read_text())
    assert document["recipients"] == [{"email": "n@uni.example", "role": "applicant"}]
    assert document["text"].endswith("Reason: too big")
    assert "ok    notices: to /bin/sh: none waits" in bursar("doctor").out
    assert bursar("check").code == 0


def test_what_waits_is_listed_exactly(configured: Write, bursar: Run, stage: Stage) -> None:
    configured()
    bursar("notify", "--once")
    bursar("deny", stage.newcomer, "--reason", "too\u202e big", "--yes")
    (row,) = bursar("notify", "--dry-run", "--format", "json").data
    assert row["recipients"] == [{"email": "n@uni.example", "role": "applicant"}]
    assert row["data"]["reason"] == "too\u202e big"
    assert "\u202e" not in row["text"]
    assert bursar("notify", "--dry-run", "--format", "csv", "--columns", "kind").out == (
        "kind\napplication.deny\n"
    )


def test_a_failure_is_told_everywhere(configured: Write, bursar: Run, stage: Stage) -> None:
    configured(script="echo no mailer; exit 7")
    bursar("notify", "--once")
    bursar("deny", stage.newcomer, "--reason", "too big", "--yes")
    done = bursar("notify", "--once")
    assert (done.code, done.err) == (1, "not sent: exit 7: no mailer\n")
    doctor = bursar("doctor")
    assert doctor.code == 1
    assert "WRONG notices: to /bin/sh: failing since" in doctor.out
    assert "1 wait: exit 7: no mailer" in doctor.out
    listed = bursar("notify", "--dry-run")
    assert listed.code == 1
    assert "1 attempts, the next at" in listed.err
    (row,) = bursar("notify", "--dry-run", "--format", "json").data
    assert bursar("notify", "--skip-to", row["seq"]).err == "1 left out\n"
    assert bursar("notify", "--skip-to", row["seq"]).code == 1
    assert bursar("notify", "--dry-run").code == 0


def test_before_it_has_begun_that_is_said(configured: Write, bursar: Run) -> None:
    configured()
    listed = bursar("notify", "--dry-run")
    assert listed.code == 0
    assert "not begun" in listed.err
    assert "note  notices: to /bin/sh, not begun" in bursar("doctor").out


def test_a_program_that_is_not_there_is_found(configured: Write, bursar: Run) -> None:
    configured('command = ["/no/such/notify", "--key", "s3cret"]')
    done = bursar("doctor")
    assert done.code == 1
    assert "WRONG notices: /no/such/notify cannot be run" in done.out
    assert "s3cret" not in done.out


def test_a_read_only_context_sends_nothing(configure: Configure, stage: Stage, bursar: Run) -> None:
    configure(
        f'[contexts.x]\ndatabase = "{stage.world.database.path}"\nread_only = true\n'
        '[contexts.x.notices]\ncommand = "true"'
    )
    done = bursar("notify", "--once")
    assert done.code == 1
    assert "the context x is read-only" in done.err


def test_it_goes_on_until_it_is_ended(configured: Write, bursar: Run, stage: Stage) -> None:
    sent = configured()
    bursar("notify", "--once")
    words = [sys.executable, "-m", "tui", "notify"]
    with subprocess.Popen(
        words, cwd=ROOT, env=dict(os.environ), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "sending notices to /bin/sh\n"
        stage.deny(stage.newcomer)
        for _ in range(1000):
            if sent.exists() and sent.read_text().endswith("}\n"):
                break
            time.sleep(0.02)
        assert process.stderr.readline() == "1 sent\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM


def test_a_database_that_is_busy_for_a_while_is_told_once(
    configured: Write, bursar: Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = configured()
    bursar("notify", "--once")
    stage.deny(stage.newcomer)
    failures = [StorageBusy("another process"), StorageBusy("another process"), StorageFull("room")]
    real = Deliverer.deliver

    def deliver(self: Deliverer, stop: threading.Event, *, eager: bool = False) -> Tally:
        if failures:
            raise failures.pop(0)
        try:
            return real(self, stop, eager=eager)
        finally:
            stop.set()

    monkeypatch.setattr(Deliverer, "deliver", deliver)
    monkeypatch.setattr(notify, "SECONDS", 0.0)
    done = bursar("notify")
    assert done.code == 128 + signal.SIGTERM
    assert done.err.splitlines()[1:] == [
        "bursar: Database busy: another process",
        "bursar: Disk full: room",
        "1 sent",
    ]
    assert len(sent.read_text().splitlines()) == 1


FULL = """
name = "mail"
url = "https://hooks.example/x"
token_file = "/etc/bursar/token"
only = ["application.approve", "application.deny"]
reviewers = ["ops@uni.example", "pi@uni.example"]
timeout = 5
"""


def test_everything_that_can_be_said(configured: Write) -> None:
    configured(FULL)
    assert contexts.load().context().notices == Sink(
        name="mail",
        url="https://hooks.example/x",
        token_file=Path("/etc/bursar/token"),
        timeout=5.0,
        terms=Terms(
            ("application.approve", "application.deny"), ("ops@uni.example", "pi@uni.example")
        ),
    )


def test_words_may_be_one_text(configured: Write) -> None:
    configured("command = \"notify --to 'the list'\"")
    sink = contexts.load().context().notices
    assert sink is not None
    assert sink.command == ("notify", "--to", "the list")


# The lines, the key that is named, what is wrong, the remedy.
WRONG = {
    "neither": (OPS, "", "either a command or a url", "command ="),
    "both": ('command = "a"\nurl = "https://h"', "", "either a command or a url", "command ="),
    "unknown": ('comand = "a"', ".comand", "no such setting", "did you mean command?"),
    "section": ("", "", "either a command or a url", "command ="),
    "quotes": ("command = \"a 'b\"", ".command", "No closing quotation", "a list"),
    "words": ("command = 1", ".command", "a list of texts", '["...", "..."]'),
    "none": ("command = []", ".command", "a list of texts", '["...", "..."]'),
    "word": ("command = [1]", ".command", "a text is needed", "quotes"),
    "http": ('url = "http://hooks.example"', ".url", "can be read on the way", "https"),
    "ftp": ('url = "ftp://127.0.0.1"', ".url", "can be read on the way", "https"),
    "no url": ('url = "hooks.example"', ".url", "no URL", "https://HOST/PATH"),
    "port": ('url = "https://h:99999"', ".url", "no URL", "https://HOST/PATH"),
    "user": ('url = "https://me@h"', ".url", "a name or password", "token_file"),
    "kind": ('command = "a"\nonly = ["application.aprove"]', ".only",
             "nobody is told of 'application.aprove'", "did you mean application.approve?"),
    "address": ('command = "a"\nreviewers = ["ops"]', ".reviewers", "'ops' is no address",
                "name@host"),
    "header": ('command = "a"\nreviewers = ["-x@h"]', ".reviewers", "is no address", "name@host"),
    "timeout": ('command = "a"\ntimeout = 0', ".timeout", "0 seconds", "0.5 to 3600"),
    "token": ('command = "a"\ntoken_env = "T"', ".token_env", "a command is given no token",
              "leave it out"),
    "tokens": ('url = "https://h"\ntoken_env = "T"\ntoken_file = "/t"', ".token_file",
               "token_env already", "one of them"),
    "file": ('url = "https://h"\ntoken_file = "t"', ".token_file", "relative", "/ or ~"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "key", "what", "remedy"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_key(
    configured: Write, bursar: Run, lines: str, key: str, what: str, remedy: str
) -> None:
    configured(lines or "# nothing")
    done = bursar("projects")
    assert (done.code, done.out) == (2, "")
    told, hint = done.err.splitlines()
    assert f": contexts.work.notices{key}: " in told
    assert what in told
    assert remedy in hint


@pytest.mark.parametrize("line", ['token = "s3cret"', 'url = "https://me:s3cret@hooks.example"'])
def test_secrets_are_for_their_owner_s_eyes(configured: Write, bursar: Run, line: str) -> None:
    configured(line)
    file = contexts.location()
    for mode, told in ((0o644, "others may read it"), (0o600, "contexts.work.notices.")):
        file.chmod(mode)
        done = bursar("notify", "--once")
        assert done.code == 2
        assert told in done.err
        assert "s3cret" not in done.err
