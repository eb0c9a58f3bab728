"""Forms: what can be edited as data, one screen and one text for all of it, and drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.session import Session

if TYPE_CHECKING:
    from tui.forms.projects import Forms


async def of_session(session: Session) -> Forms:
    """The forms of projects and applications. Raises BursarError."""
    from tui.forms.projects import Forms

    resources = await session.backend.quotas.resources()
    return Forms(session.backend, resources, session.look())
