"""Where notices go, and which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

KINDS = (
    "application.submit",
    "application.approve",
    "application.deny",
    "project.suspend",
    "project.unsuspend",
    "project.terminate",
    "project.terminate-expired",
    "project.reinstate",
    "membership.join",
    "membership.enroll",
    "membership.accept",
    "membership.reject",
    "membership.remove",
    "membership.leave",
    "user.verify",
    "user.accept",
    "user.reject",
    "user.activate",
    "user.deactivate",
)
"""The actions of the journal that are told to people."""

SECONDS = 30.0
"""How long one delivery may take."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is told: the kinds of `only`, all without any, and to which reviewers."""

    only: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sink:
    """Where notices go: `command` (its words, run without a shell) or `url`, one of them; at
    most one of the `token_` settings. Sinks of one name share what was sent."""

    name: str = "default"
    command: tuple[str, ...] = ()
    url: str = ""
    token_command: tuple[str, ...] = ()
    token_env: str = ""
    token_file: Path | None = None
    timeout: float = SECONDS
    terms: Terms = Terms()

    @property
    def place(self) -> str:
        """The program or the host; the rest may be secret."""
        if self.command:
            return self.command[0]
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"
