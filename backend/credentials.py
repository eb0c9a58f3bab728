"""Where the operator keeps a token or another secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """Where a `kind` of secret is kept: what a `command` writes (its words, run without a shell),
    a `variable` of the environment, or a private `file`; one of them, or none. `section` of the
    configuration is where it would be set."""

    command: tuple[str, ...] = ()
    variable: str = ""
    file: Path | None = None
    kind: str = "token"
    section: str = field(default="", compare=False)

    @property
    def setting(self) -> str:
        """The setting that names it, `` for none."""
        if self.command:
            return f"{self.kind}_command"
        return f"{self.kind}_env" if self.variable else f"{self.kind}_file" if self.file else ""

    @property
    def remedy(self) -> str:
        """What to do where nothing usable comes of it."""
        if self.setting:
            return f"mend {self.setting}"
        there = f" in [{self.section}]" if self.section else ""
        return f"set {self.kind}_command, {self.kind}_env or {self.kind}_file{there}"
