"""What docs/notices.md says is so."""

from __future__ import annotations

import re
from email import message_from_bytes
from pathlib import Path

import pytest

from backend import contexts
from backend.notices.model import KINDS
from backend.projects.model import DenyApplication
from tests.notices.post import OPS, Post
from tests.tui.hostile import NASTY
from tests.worlds import OPERATOR

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    """The first example of a language."""
    return TEXT.partition(f"```{kind}\n")[2].partition("```")[0]


def test_the_example_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text(block("toml"))
    monkeypatch.setenv("BURSAR_CONFIG", str(file))
    sink = contexts.load().context().notices
    assert sink is not None
    assert sink.command == ("/usr/local/bin/notify", "--from", "quota@uni.example")


def test_every_kind_is_told_about_and_no_other() -> None:
    table = TEXT.partition("## What is told")[2].partition("## What a program")[0]
    assert sorted(re.findall(r"`(\w+\.[\w-]+)`", table)) == sorted(KINDS)


def test_the_example_mails(post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mailer, sendmail = tmp_path / "notify", tmp_path / "sendmail"
    mailer.write_text(block("python"))
    sendmail.write_text(f'#!/bin/sh\ncat > "$(mktemp {tmp_path}/mail.XXXXXX)"\n')
    for file in (mailer, sendmail):
        file.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    application = post.world.submit("O", name="phys.lab")[1]
    post.world.do(DenyApplication(actor=OPERATOR, application=application), f"{NASTY}\nBcc: x@y")
    assert post.deliver(str(mailer)).sent == 2
    mails = [message_from_bytes(file.read_bytes()) for file in tmp_path.glob("mail.*")]
    assert {mail["To"] for mail in mails} == {OPS, "o@uni.example"}
    assert [mail["Bcc"] for mail in mails] == [None, None]
    assert len({mail["Message-ID"] for mail in mails}) == 2
