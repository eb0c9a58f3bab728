"""Where the operator was, and the way back."""

from __future__ import annotations

from backend.core.listing import Query
from tui.history import KEPT, History

A, B, C = Query("a"), Query("b"), Query("c")


def walked(*queries: Query) -> History:
    """A history of these, all in quotas."""
    history = History()
    for query in queries:
        history.visit("quotas", query)
    return history


def test_back_and_forward_bring_back_query_and_cursor() -> None:
    history = walked(A, B)
    history.rest("quotas", 7)
    back = history.step(-1)
    assert back is not None
    assert (back.query, back.key) == (A, 0)
    ahead = history.step(1)
    assert ahead is not None
    assert (ahead.query, ahead.key) == (B, 7)


def test_nothing_lies_beyond_the_ends() -> None:
    history = walked(A)
    assert history.step(-1) is None
    assert history.step(1) is None
    assert History().step(-1) is None


def test_what_was_ahead_is_gone_after_a_new_turn() -> None:
    history = walked(A, B)
    history.step(-1)
    history.visit("quotas", C)
    assert history.step(1) is None
    back = history.step(-1)
    assert back is not None
    assert back.query == A


def test_the_same_place_is_visited_once() -> None:
    assert walked(A, A).step(-1) is None


def test_a_cursor_of_another_list_is_not_taken() -> None:
    history = walked(A)
    history.rest("projects", 7)
    assert history.here is not None
    assert history.here.key == 0


def test_the_last_list_is_the_one_before_this_one() -> None:
    history = walked(A)
    assert history.last_list() is None
    history.visit("projects", B)
    history.visit("projects", C)
    last = history.last_list()
    assert last is not None
    assert (last.list, last.query) == ("quotas", A)


def test_only_so_many_places_are_kept() -> None:
    history = walked(*(Query(str(n)) for n in range(KEPT + 5)))
    steps = 0
    while history.step(-1) is not None:
        steps += 1
    assert steps == KEPT - 1
