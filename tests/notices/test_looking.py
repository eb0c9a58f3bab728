"""Where is looked for what waits: not twice, but again when the settings change."""

from __future__ import annotations

import pytest

from backend.core.database import Tx
from backend.notices import deliverer, store
from backend.notices.deliverer import Deliverer, Tally
from backend.notices.model import Terms
from backend.projects.model import ApproveApplication, ProjectAction
from tests.notices.post import Post, decide
from tests.worlds import OPERATOR


def test_long_stretches_without_notices_are_passed_over(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "STRIDE", 5)
    uuid = post.world.project("phys.lab")
    post.world.enroll("M", uuid)
    post.deliver()
    done = post.state.done
    for _ in range(3):
        post.world.charge("M", uuid, 1)
    assert post.deliver().sent == 0
    assert post.state.done == done
    for n in (-1, 1, -1, 1):
        post.world.charge("M", uuid, n)
    post.deliver()
    assert post.state.done > done + 5
    post.world.submit("O", name="new.lab")
    assert post.deliver().sent == 1


def test_in_the_transaction_nothing_is_looked_at_twice(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "STRIDE", 5)
    monkeypatch.setattr(store, "PAGE", 2)
    uuid = post.world.project("phys.lab")
    post.world.enroll("M", uuid)
    post.deliver()
    post.terms = Terms(only=("user.verify",))
    post.begun()
    for action in (ProjectAction.SUSPEND, ProjectAction.UNSUSPEND) * 4:
        post.world.act(uuid, action)
    head, real, pages = post.world.database.read(store.last), store.happenings, []

    def noted(tx: Tx, after: int) -> object:
        pages.append((tx.writable, after))
        return real(tx, after)

    monkeypatch.setattr(store, "happenings", noted)
    assert post.deliver() == Tally()
    assert post.state.done == head
    assert len([after for writable, after in pages if not writable]) > 3
    assert {after for writable, after in pages if writable} == {head}


def test_new_terms_reach_back_to_what_waits(post: Post) -> None:
    post.terms = Terms(only=("application.approve",))
    post.begun()
    post.world.submit("O", name="a.lab")
    decide(post.world, 1)
    assert [one.kind for one in post.waiting()] == ["application.approve"]
    post.deliver("exit 1")
    post.terms = Terms(only=("project.suspend",))
    post.begun()
    assert post.deliver(eager=True) == Tally(sent=1)
    assert post.kinds == ["project.suspend"]


def test_who_has_looked_already_looks_again_in_new_terms(post: Post) -> None:
    post.terms = Terms(only=("application.approve",))
    post.begun()
    w, found = post.world, Deliverer(post.world.database, post.sink())
    application = w.submit("O", name="a.lab")[1]
    assert found.deliver(post.stop) == Tally()
    w.do(ApproveApplication(actor=OPERATOR, application=application))
    post.terms = Terms(only=("application.submit",), reviewers=("n@uni.example",))
    post.begun()
    assert found.deliver(post.stop) == Tally(sent=1)
    assert post.kinds == ["application.submit"]


def test_new_terms_are_not_for_what_was_decided_before(post: Post) -> None:
    post.terms = Terms()
    post.begun()
    post.world.submit("O", name="phys.lab")
    post.deliver()
    post.terms = Terms(reviewers=("new@uni.example",))
    post.begun()
    assert post.deliver().sent == 0
    post.world.submit("M", name="chem.lab")
    assert post.deliver().sent == 1
    assert post.arrived[0]["recipients"] == [{"email": "new@uni.example", "role": "reviewer"}]
