"""The command on somebody else's Waldur."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.hosting import hosted
from tests.remote.openportal.waldur import STAFF, Waldur

Configure = Callable[[str], Path]
CONFIG = """
[contexts.portal.openportal]
url = "{url}/api/"
token_env = "WALDUR_TOKEN"
"""


@pytest.fixture
def waldur(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waldur]:
    """A Waldur, and the configuration of a context on it."""
    monkeypatch.setenv("WALDUR_TOKEN", STAFF)
    found = Waldur()
    found.allocation("climate", node_usage="86.40")
    found.allocation("far", remote=True)
    with hosted(found) as url:
        configure(CONFIG.format(url=url))
        yield found


def test_it_says_whether_it_answers_and_as_whom(waldur: Waldur, bursar: Run) -> None:
    (row,) = bursar("contexts", "--format", "json").data
    assert (row["state"], row["system"], row["actor"]) == (
        "answers", "openportal", "staff@example.org",
    )  # fmt: skip
    done = bursar("doctor", "--context", "portal")
    assert "answers: openportal, as staff@example.org" in done.out
    assert STAFF not in done.out + done.err
    assert waldur.seen == {f"Token {STAFF}"}


def test_a_token_that_has_expired_is_told(waldur: Waldur, bursar: Run) -> None:
    waldur.dead.add(STAFF)
    (row,) = bursar("contexts", "--format", "json").data
    assert row["state"] == "fails"
    assert "Token has expired" in row["problem"]
    done = bursar("doctor", "--context", "portal")
    assert "the token of token_env is refused" in done.out
    assert "-> mend token_env" in done.out
    assert STAFF not in done.out + done.err


def test_a_copy_is_a_world_file(waldur: Waldur, bursar: Run, tmp_path: Path) -> None:
    done = bursar("export", tmp_path / "copy.json", "--context", "portal")
    assert done.code == 0, done.err
    assert "credits" in done.err
    done = bursar("import", tmp_path / "copy.json", "--database", tmp_path / "copy.db")
    assert done.code == 0, done.err
    told = [
        [{**row, "age": 0} for row in bursar("allocations", *place, "--format", "json").data]
        for place in (("--context", "portal"), ("--database", tmp_path / "copy.db"))
    ]
    assert [row["name"] for row in told[0]] == ["climate", "far"]
    assert told[0] == told[1]


def test_allocations_of_both_kinds_are_listed(waldur: Waldur, bursar: Run) -> None:
    rows = bursar("allocations", "--context", "portal", "--format", "json").data
    assert {row["name"] for row in rows} == {"climate", "far"}
