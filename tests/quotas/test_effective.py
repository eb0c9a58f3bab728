"""Effective limits, headroom and states: the table of spec astakos §3.3 and scenarios 36, 37."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.quotas.model import UNLIMITED, HoldingKey, Limit, QuotaRow, QuotaState
from backend.quotas.rules import impacts

INF = UNLIMITED
COUNTS = st.one_of(st.integers(0, 2**40), st.just(INF))


def row(
    limit: int, usage: int, project_limit: int, project_usage: int, *, holder: str = "m"
) -> QuotaRow:
    """A member row of project p."""
    figures = (limit, usage, 0, project_limit, project_usage, 0)
    return QuotaRow(1, holder, holder, "p", "p", "vm", "", *figures)


def pool(limit: int, usage: int) -> QuotaRow:
    """The pool row of project p."""
    return QuotaRow(9, "", "", "p", "p", "vm", "", limit, usage, 0, limit, usage, 0, is_pool=True)


@pytest.mark.parametrize(
    ("figures", "effective", "left", "state"),
    [
        ((5, 2, 10, 4), 5, 3, QuotaState.OK),
        ((5, 2, 10, 9), 3, 1, QuotaState.OK),
        ((5, 2, 10, 12), 0, -2, QuotaState.OVER),
        ((0, 2, 0, 7), -5, -7, QuotaState.OVER),
        ((4, 3, 10, 2), 4, 1, QuotaState.ODD),
        ((2**31, 2**31, 14147483648, 4147483648), 2**31, 0, QuotaState.FULL),
        ((INF, 3, INF, 5), INF, INF, QuotaState.OK),
        ((7, 3, INF, 5), 7, 4, QuotaState.OK),
        ((INF, 3, 10, 5), 8, 5, QuotaState.OK),
        ((0, 0, 0, 0), 0, 0, QuotaState.OK),
    ],
)
def test_the_table_of_edge_cases(
    figures: tuple[int, int, int, int], effective: int, left: int, state: QuotaState
) -> None:
    found = row(*figures)
    assert (found.effective, found.left, found.state) == (effective, left, state)


def test_s36_what_others_took_is_not_there_for_me() -> None:
    assert row(4, 3, 10, 7).effective == 4
    assert row(4, 3, 10, 7).left == 1
    third = row(4, 0, 10, 7)
    assert (third.taken_by_others, third.effective) == (7, 3)


def test_s37_a_lowered_pool_is_over_and_so_are_its_members() -> None:
    lowered = pool(5, 7)
    member = row(4, 3, 5, 7)
    assert (lowered.usage - lowered.limit, member.effective, member.left) == (2, 1, -2)


@given(COUNTS, COUNTS, st.integers(0, 2**40), st.integers(0, 2**40))
def test_headroom_is_the_smaller_of_both_rooms(
    limit: int, project_limit: int, usage: int, others: int
) -> None:
    found = row(limit, usage, project_limit, usage + others)
    if found.left < INF:
        assert found.left == min(
            limit - usage, INF if project_limit == INF else project_limit - usage - others
        )
    else:
        assert (limit, project_limit) == (INF, INF)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=5), st.integers(0, 60))
def test_impacts_are_the_difference_of_rows(members: list[tuple[int, int]], new_pool: int) -> None:
    """What the preview shows is what the rows would show afterwards."""
    used = sum(usage for _, usage in members)
    rows = [pool(40, used)] + [
        row(limit, usage, 40, used, holder=f"m{n}") for n, (limit, usage) in enumerate(members)
    ]
    moved = impacts(rows, [Limit(HoldingKey("project:p", "", "vm"), new_pool)])
    after = {"": new_pool} | {
        f"m{n}": row(limit, usage, new_pool, used).effective
        for n, (limit, usage) in enumerate(members)
    }
    before = {r.holder: r.effective for r in rows}
    changed = {holder for holder in after if after[holder] != before[holder]}
    assert {impact.holder: impact.after for impact in moved} == {h: after[h] for h in changed}
    assert all(impact.goes_over for impact in moved if 0 < impact.usage > impact.after >= 0
               and impact.usage <= impact.before)  # fmt: skip
