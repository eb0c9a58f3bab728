"""A word that is no keyword is searched for as a text: where that finds nothing it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.tui.hostile import BIDI, ESCAPES, FORBIDDEN
from tui.cli.fields import LISTS

ONE = "was searched for as a text"
TWO = "were searched for as texts"


@pytest.mark.parametrize(
    ("what", "typed", "told"),
    [
        ("quotas", ["ovr"], f"ovr {ONE} (did you mean over?)"),
        ("quotas", ["resorce", "xyzzy"], f"resorce and xyzzy {TWO} (did you mean resource:...?)"),
        ("quotas", ["ovr|pendng"], f"ovr and pendng {TWO} (did you mean over, pending?)"),
        ("projects", ["over", "suspendedd"], f"suspendedd {ONE} (did you mean suspended?)"),
        ("journal", ["refusd"], f"refusd {ONE} (did you mean refused?)"),
        ("projects", ["xyzzy"], f"xyzzy {ONE}"),
        ("projects", ['"ovr"'], f"ovr {ONE}"),
        ("applications", ["ovr"], f"ovr {ONE} (did you mean over?)"),
    ],
)
def test_a_text_that_is_nowhere_is_told_with_what_may_be_meant(
    bursar: Run, demo: Path, what: str, typed: list[str], told: str
) -> None:
    done = bursar(what, *typed, "--database", demo, "--format", "csv")
    assert (done.code, len(done.lines)) == (0, 1)
    assert done.err == f"nothing fits: {told}\n"


@pytest.mark.parametrize("typed", [["over"], ["!nowhere", "holder=nobody"], ["~zzqqzz"], ["uni"]])
def test_what_is_found_or_is_no_plain_text_is_left_alone(
    bursar: Run, demo: Path, typed: list[str]
) -> None:
    assert bursar("quotas", *typed, "--database", demo, "--format", "csv").err == ""


def test_what_was_typed_is_safe_to_show(bursar: Run, demo: Path) -> None:
    done = bursar("quotas", f"ovr{ESCAPES}{BIDI}".replace(" ", ""), "--database", demo)
    assert ONE in done.err
    assert (set(done.err) - {"\n"}) & FORBIDDEN == set()


@pytest.mark.parametrize("what", LISTS)
def test_every_list_says_it(bursar: Run, demo: Path, what: str) -> None:
    done = bursar(what, "xyzzy", "--database", demo)
    assert (done.code, done.err) == (0, f"nothing fits: xyzzy {ONE}\n")
