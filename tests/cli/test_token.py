"""`bursar token`: shown once, listed without it, gone when revoked."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.core.principals import find
from backend.embedded import open_embedded
from tests.cli.conftest import Run


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty database."""
    open_embedded(tmp_path / "a.db").shut()
    return tmp_path / "a.db"


def holder(place: Path, token: str) -> str:
    """Whose token it is."""
    backend = open_embedded(place)
    found = backend.database.read(lambda tx: find(tx, token))
    backend.shut()
    return found.name if found else ""


def test_a_token_is_shown_once(bursar: Run, place: Path) -> None:
    grants = ("--grant", "bursar:viewer", "--grant", "astakos:service:cyclades")
    done = bursar("token", "add", "grafana", *grants, "--database", place)
    (token,) = done.lines
    assert done.code == 0
    assert token not in done.err
    assert holder(place, token) == "token:grafana"
    (row,) = bursar("token", "list", "--format", "json", "--database", place).data
    assert row["name"] == "grafana"
    assert row["grants"] == ["astakos:service:cyclades", "bursar:viewer"]
    assert row["expires"] is None
    shown = bursar("token", "list", "--database", place).out
    assert "astakos:service:cyclades bursar:viewer" in shown
    assert bursar("token", "revoke", "grafana", "--database", place).code == 0
    assert holder(place, token) == ""
    assert bursar("token", "list", "--format", "json", "--database", place).data == []
    assert bursar("token", "revoke", "grafana", "--database", place).code == 1


def test_a_token_expires(bursar: Run, place: Path) -> None:
    one = ("token", "add", "a", "--grant", "bursar:viewer", "--database", place)
    assert bursar(*one, "--expires", "2000-01-01").code == 1
    assert bursar(*one, "--expires", "soon").code == 2
    assert bursar(*one, "--expires", "2999-03-31").code == 0
    (row,) = bursar("token", "list", "--format", "json", "--database", place).data
    assert row["expires"].startswith("2999-03-31")


def test_what_makes_no_sense_is_a_usage_error(bursar: Run, place: Path) -> None:
    assert bursar("token", "add", "--database", place).code == 2
    assert bursar("token", "revoke", "--database", place).code == 2
    assert bursar("token", "add", "a", "--grant", "moon:admin", "--database", place).code == 2
    lacking = bursar("token", "add", "me", "--database", place)
    assert (lacking.code, lacking.out) == (2, "")
    assert "add --grant SYSTEM:ROLE" in lacking.err


def test_a_slip_of_the_fingers_makes_no_database(bursar: Run, tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    for words in (("token", "add", "a", "--grant", "bursar:viewer"), ("serve",)):
        done = bursar(*words, "--database", missing)
        assert (done.code, done.out) == (1, "")
        assert "does not exist yet" in done.err
    assert list(tmp_path.glob("none.db*")) == []
