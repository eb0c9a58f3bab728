"""What can be asked of the quotas room (spec astakos §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.core.plan import Command
from backend.quotas.model.entities import Provision


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCommission(Command):
    """Reserve (and with `auto_accept` take) quantities, all or nothing (§4.1).

    `clientkey` is the component; `key` makes a retry safe; `timeout` in seconds, 0 = never.
    """

    clientkey: str
    provisions: Sequence[Provision]
    name: str = ""
    force: bool = False
    auto_accept: bool = False
    key: str = ""
    timeout: int = 0

    @property
    def action(self) -> str:
        """Whether something is taken at once."""
        return "charge" if self.auto_accept else "issue"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptCommission(Command):
    """Make a pending commission final."""

    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectCommission(Command):
    """Take a pending commission back."""

    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyResource(Command):
    """Change defaults and visibility of a resource; None keeps. Future projects only."""

    name: str
    uplimit: int | None = None
    project_default: int | None = None
    api_visible: bool | None = None
    ui_visible: bool | None = None
