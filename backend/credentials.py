"""Where the operator keeps a token or another secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """Where a `kind` of secret is kept: what a `command` writes (its words, run without a shell),
    a `variable` of the environment, or a private `file`; one of them, or none."""

    command: tuple[str, ...] = ()
    variable: str = ""
    file: Path | None = None
    kind: str = "token"

    @property
    def setting(self) -> str:
        """The setting that names it, `` for none."""
        if self.command:
            return f"{self.kind}_command"
        return f"{self.kind}_env" if self.variable else f"{self.kind}_file" if self.file else ""
