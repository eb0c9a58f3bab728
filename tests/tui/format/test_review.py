"""What the review says of an application that waited too long."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from backend.projects.model import ApplicationReview, ApplicationState
from tests.tui.stage import Stage
from tests.worlds import FAR
from tui.format.ages import HOUR
from tui.format.lines import Look
from tui.format.review import passed, single


def marks(review: ApplicationReview, now: int) -> list[str]:
    """The lines that say it."""
    lines = single(review, Look(76, now=now))
    return [one.text.strip() for one in lines if one.key.startswith("field.end_date.passed")]


def test_a_wished_end_date_that_has_passed_is_marked(stage: Stage) -> None:
    review = asyncio.run(stage.backend.projects.review(stage.newcomer))
    assert passed(review, FAR - 1) == ""
    assert passed(review, FAR + 2 * HOUR) == "! passed 2 h ago"
    assert marks(review, FAR - 1) == []
    assert marks(review, FAR + 2 * HOUR) == ["! passed 2 h ago"]


def test_only_what_waits_can_wait_too_long(stage: Stage) -> None:
    review = asyncio.run(stage.backend.projects.review(stage.newcomer))
    denied = replace(review.application, state=ApplicationState.DENIED)
    assert passed(replace(review, application=denied), FAR + HOUR) == ""
    unchanged = replace(review.application, end_date=None)
    assert passed(replace(review, application=unchanged), FAR + HOUR) == ""
