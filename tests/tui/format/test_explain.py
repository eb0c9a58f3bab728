from __future__ import annotations

from dataclasses import replace

from backend.quotas.model import UNLIMITED, Explanation, QuotaRow
from tui.format.explain import OTHERS_SHOWN, explanation, in_words, the_sum
from tui.format.lines import Look

LOOK = Look(100, now=12_000_000)
ROW = QuotaRow(
    key=1,
    holder="ada@uni.example",
    holder_id="u1",
    project="hpc-climate",
    project_id="p1",
    resource="cyclades.vm",
    unit="",
    limit=8,
    usage=4,
    pending=1,
    project_limit=20,
    project_usage=17,
    project_pending=1,
)


def words(row: QuotaRow) -> str:
    return " ".join(one.text.strip() for one in in_words(row, LOOK))


def figures(row: QuotaRow) -> list[str]:
    return [one.text.rstrip() for one in the_sum(row, LOOK)]


def test_the_sum_shows_how_each_figure_came_about() -> None:
    assert figures(ROW) == [
        "  Own limit        8",
        "  Own usage        4   1 of it pending",
        "  Project limit   20",
        "  Project usage   17",
        "  Used by others  13   17 - 4",
        "  Effective        7   min(8, 20 - 13)",
        "  Left             3   7 - 4",
    ]


def test_the_sum_says_when_others_leave_less_than_nothing() -> None:
    shut = replace(ROW, limit=256, usage=0, pending=0, project_limit=204, project_usage=256)
    assert figures(shut)[-2:] == [
        "  Effective         0   min(256, 204 - 256), never below 0",
        "  Left              0   0 - 0",
    ]


def test_the_same_in_words() -> None:
    assert words(ROW) == (
        "ada@uni.example may have 8 of cyclades.vm. The project hpc-climate has 20 for all its"
        " members, and others use 13 of it. So 7 can be reached at most; what binds is the"
        " project's limit. 4 is used, 1 of that by pending commissions that may yet be taken back."
        " 3 more can be taken."
    )


def test_without_limits_nothing_binds() -> None:
    free = replace(ROW, limit=UNLIMITED, project_limit=UNLIMITED, pending=0)
    assert words(free).startswith("ada@uni.example has no limit of their own on cyclades.vm.")
    assert "nothing else binds. 4 is used." in words(free)
    assert figures(free)[-1] == "  Left            inf"


def test_verdicts() -> None:
    assert "OVER by 3" in words(replace(ROW, project_limit=14))
    assert "FULL" in words(replace(ROW, project_limit=17))
    assert "ODD" in words(replace(ROW, project_usage=2))


def test_a_pool_explains_itself() -> None:
    pool = replace(ROW, is_pool=True, limit=20, usage=17, project_usage=17, holder="")
    assert words(pool).startswith("The project hpc-climate has 20 on cyclades.vm for all")
    assert figures(pool) == [
        "  Limit  20",
        "  Usage  17   1 of it pending",
        "  Left    3   20 - 17",
    ]


def test_others_and_pending_commissions_are_listed() -> None:
    others = tuple((f"m{n}@x.y", 9, n) for n in range(OTHERS_SHOWN + 5))
    found = Explanation(ROW, others, ((90211, 1, 0, "cyclades\x1b"),))
    shown = [one.text for one in explanation(found, LOOK)]
    assert "  m1@x.y   9  (1 pending) " in shown
    assert "  and 5 more" in shown
    assert "  90211  +1  12 s  cyclades␛" in shown
