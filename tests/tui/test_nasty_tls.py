"""A server whose TLS is not what it should be is told so, given no token, and never trusted."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from textual.pilot import Pilot

from tests.nasty import nasty
from tests.tui.afar import Afar, afar, arrived, left
from tests.tui.stage import play, said, until
from tui.app import BursarApp

HOST = "127.0.0.1"


def context(cert: trustme.LeafCert) -> ssl.SSLContext:
    """A server's, with this certificate."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(found)
    return found


def fine(authority: trustme.CA) -> ssl.SSLContext:
    return context(authority.issue_cert(HOST))


def self_signed(authority: trustme.CA) -> ssl.SSLContext:
    return context(trustme.CA().issue_cert(HOST))


def another_host(authority: trustme.CA) -> ssl.SSLContext:
    return context(authority.issue_cert("bursar.example"))


def expired(authority: trustme.CA) -> ssl.SSLContext:
    return context(authority.issue_cert(HOST, not_after=datetime.now(UTC) - timedelta(days=1)))


def plain(authority: trustme.CA) -> None:
    return None


Make = Callable[[trustme.CA], ssl.SSLContext | None]
FAULTS: Mapping[str, tuple[Make, str]] = {
    "self-signed": (self_signed, "unable to get local issuer|self.signed"),
    "another host": (another_host, "IP address mismatch|Hostname mismatch|doesn't match"),
    "expired": (expired, "certificate has expired"),
    "plain": (plain, "TLS: "),
}


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A console's, which knows the authority."""
    found = ssl.create_default_context()
    authority.configure_trust(found)
    return found


def app_on(far: Afar, authority: trustme.CA) -> BursarApp:
    return far.app(verify=trusting(authority))


@pytest.mark.parametrize("name", FAULTS)
def test_it_is_told_and_no_token_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    authority = trustme.CA()
    make, words = FAULTS[name]

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "Unreachable" in said(pilot.app))
        assert isinstance(pilot.app, BursarApp)
        session = pilot.app.session
        # Between two attempts there is none for a moment.
        await until(pilot, lambda: bool(re.search(words, session.link.reason)))
        await left(pilot)

    with afar(Path()) as far, nasty(far.line.upstream, tls=make(authority)) as line:
        far.line, line.secure = line, True
        play(app_on(far, authority), script)
        assert line.tokens == set()


def test_one_that_is_as_it_should_be_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    authority = trustme.CA()

    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        await left(pilot)

    with afar(Path()) as far, nasty(far.line.upstream, tls=fine(authority)) as line:
        far.line = line
        play(app_on(far, authority), script)
