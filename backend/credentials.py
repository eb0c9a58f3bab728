"""Where the operator keeps a token."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """Where a token is kept: what a `command` writes (its words, run without a shell), a
    `variable` of the environment, or a private `file`; one of them, or none."""

    command: tuple[str, ...] = ()
    variable: str = ""
    file: Path | None = None

    @property
    def setting(self) -> str:
        """The setting that names it, `` for none."""
        if self.command:
            return "token_command"
        return "token_env" if self.variable else "token_file" if self.file else ""
