"""Several changes of one kind: each previewed first, then carried out one by one."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.errors import (
    BursarError,
    GenerationConflict,
    NotFound,
    OutcomeUnknown,
    PreviewStale,
)
from backend.core.plan import Command, Plan, Receipt

PLANNED, DONE, REFUSED = "planned", "done", "refused"
UNKNOWN, UNTRIED = "unknown", "not tried"


@dataclass(slots=True)
class Case:
    """One of the changes: what it is about, and how far it got. `key` is the row's; `about`
    says more in a list than the title of its plan, `` when that says enough."""

    key: int
    label: str
    about: str = ""
    command: Command | None = None
    outcome: str = UNTRIED
    plan: Plan | None = None
    receipt: Receipt | None = None
    error: BursarError | None = None

    @property
    def overtaken(self) -> bool:
        """Whether somebody else changed it meanwhile, which says nothing about the others."""
        return isinstance(self.error, (GenerationConflict, NotFound, PreviewStale))

    def planned(self, plan: Plan) -> None:
        """It was previewed."""
        self.plan, self.outcome = plan, PLANNED

    def left_out(self, error: BursarError) -> None:
        """It cannot be done after those before it."""
        self.plan = None
        self.failed(error)

    def done(self, receipt: Receipt) -> None:
        """It was carried out."""
        self.receipt, self.outcome = receipt, DONE

    def failed(self, error: BursarError) -> None:
        """It was refused, or nobody knows."""
        self.error = error
        self.outcome = UNKNOWN if isinstance(error, OutcomeUnknown) else REFUSED
