"""Notices go out in order, at least once, one at a time, whatever happens meanwhile."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.check import findings
from backend.core.database import Tx
from backend.core.errors import Conflict, StorageBusy, StorageFull
from backend.core.journal import to_json
from backend.notices import service, store
from backend.notices.deliverer import Deliverer, Tally, Undelivered, begin
from backend.notices.model import Fate, Notice, Role, Sink
from backend.projects.model import DenyApplication
from backend.world import dump
from tests.notices.post import APPEND, Post, decide, program
from tests.notices.test_rules import ended
from tests.worlds import OPERATOR, World, count, world_w

ROOT = Path(__file__).resolve().parents[2]
CHILD = (sys.executable, "-m", "tests.notices.notify_child")


def test_history_is_not_sent(w: World, tmp_path: Path) -> None:
    decide(w)
    post = Post(w, tmp_path / "sent").begun()
    assert post.deliver().sent == 0
    seq = post.state.done
    w.submit("O", name="new.lab")
    assert post.deliver().sent == 1
    assert post.kinds == ["application.submit"]
    assert post.fates(seq) == ()


def test_notices_arrive_once_and_in_order(post: Post) -> None:
    kinds = decide(post.world)
    assert post.deliver().sent == len(kinds)
    assert post.kinds == kinds
    assert [one["seq"] for one in post.arrived] == sorted(one["seq"] for one in post.arrived)
    assert len({one["id"] for one in post.arrived}) == len(kinds)
    assert post.deliver().sent == 0
    assert post.waiting() == []


def test_an_entry_with_several_notices_goes_on_where_it_stopped(post: Post) -> None:
    ended(post.world)
    post.deliver(f'{APPEND}; ! grep -q "two.lab has ended" "$0"')
    assert [one["subject"] for one in post.arrived[-2:]] == [
        "Project one.lab has ended",
        "Project two.lab has ended",
    ]
    assert [one.fate for one in post.fates(post.arrived[-1]["seq"])] == [Fate.SENT, Fate.FAILING]
    first, last = post.arrived[-2:]
    post.world.clock.advance(hours=1)
    assert post.deliver().sent == 1
    assert post.arrived[-1] == last
    assert first["id"] != last["id"]


def test_a_failure_is_told_waited_for_and_made_good(post: Post) -> None:
    kinds = decide(post.world, 0)
    seq, later = (one.seq for one in post.waiting())
    for _ in range(4):
        error = post.deliver("echo no such mailer >&2; exit 3", eager=True).error
        assert error == "exit 3: no such mailer"
    assert post.deliver().sent == 0, "it is not due yet"
    (failing,) = post.fates(seq)
    assert (failing.fate, failing.attempts) == (Fate.FAILING, 4)
    assert failing.next_at > post.state.failed_at > 0
    assert [one.fate for one in post.fates(later)] == [Fate.WAITING]
    since = post.state.failed_at
    post.world.clock.advance(hours=1)
    post.deliver("exit 3")
    assert (post.state.attempts, post.state.failed_at) == (5, since)
    post.world.clock.advance(hours=1)
    assert post.deliver().sent == len(kinds)
    assert (post.state.attempts, post.state.error, post.state.next_at) == (0, "", 0)
    (sent,) = post.fates(seq)
    assert sent.fate is Fate.SENT
    assert sent.sent_at > since
    assert [one.role for one in sent.recipients] == [Role.REVIEWER]


def test_who_mended_it_need_not_wait(post: Post) -> None:
    decide(post.world, 0)
    post.deliver("exit 1")
    assert post.deliver(eager=True).sent == 2


def test_one_failure_holds_back_what_comes_after_it(post: Post) -> None:
    decide(post.world)
    post.deliver(f'{APPEND}; ! grep -q approve "$0"')
    assert post.kinds == ["application.submit", "application.approve"]
    assert [one.kind for one in post.waiting()][:2] == ["application.approve", "project.suspend"]


def test_an_error_of_our_own_is_a_failure_too(post: Post) -> None:
    decide(post.world, 0)

    def broken(sink: Sink, notice: Notice, stop: threading.Event) -> None:
        raise KeyError("s3cret")

    found = Deliverer(post.world.database, post.sink(), broken).deliver(post.stop)
    assert found.error == "an error of bursar's own: KeyError"
    assert post.state.attempts == 1


def test_nothing_of_it_is_in_the_journal(post: Post) -> None:
    decide(post.world)
    before = count(post.world, "SELECT max(seq) FROM journal")
    post.deliver("exit 1")
    post.world.clock.advance(hours=1)
    post.deliver()
    assert count(post.world, "SELECT max(seq) FROM journal") == before


def test_world_files_know_nothing_of_it(post: Post) -> None:
    def dumped() -> str:
        out = io.StringIO()
        dump(post.world.database, out)
        return out.getvalue()

    decide(post.world)
    before = dumped()
    assert post.deliver().sent
    assert dumped() == before


@pytest.mark.parametrize("target", ["application:x", "x", "membership:"])
def test_of_a_tampered_entry_nobody_is_told(tmp_path: Path, target: str) -> None:
    world = world_w(tmp_path / "t.db")
    post = Post(world, tmp_path / "sent").begun()
    decide(world)
    spoil = f"""UPDATE journal SET target = '{target}', "after" = 'x'"""
    world.database.write(lambda tx: tx.execute(spoil))
    assert post.deliver() == Tally()
    assert post.fates(count(world, "SELECT max(seq) FROM journal")) == ()
    world.database.close()


def test_a_command_needs_no_http(post: Post) -> None:
    decide(post.world, 0)
    told = subprocess.run(
        [sys.executable, "-X", "importtime", *CHILD[1:], str(post.world.database.place),
         str(post.file), APPEND],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout == "2 \n"
    assert "backend.notices.command" in told.stderr
    assert "httpx" not in told.stderr


def child(w: World, post: Post, script: str) -> subprocess.Popen[str]:
    """A process that delivers."""
    words = [*CHILD, str(w.database.place), str(post.file), script]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_what_a_killed_process_was_sending_is_sent_again(post: Post) -> None:
    """The command itself kills it, after the third notice has arrived."""
    kinds = decide(post.world)
    w = post.world
    with child(w, post, f'{APPEND}; ! grep -q suspend "$0" || kill -9 $PPID') as process:
        assert process.wait() == -signal.SIGKILL
    assert post.kinds == kinds[:3]
    w.clock.at = datetime.now(UTC)
    assert post.deliver().sent == 0, "nobody knows yet that it is dead"
    w.clock.at = w.clock.at.replace(year=2200)
    assert post.deliver().sent == len(kinds) - 2
    assert post.kinds == [*kinds[:3], *kinds[2:]]
    assert post.arrived[2] == post.arrived[3]


def test_several_processes_deliver_everything_once(post: Post) -> None:
    kinds = decide(post.world, 8)
    processes = [child(post.world, post, APPEND) for _ in range(3)]
    sent = 0
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        sent += int(out.split()[0])
    assert sent == len(kinds)
    assert post.kinds == kinds


def test_two_deliverers_take_turns(post: Post) -> None:
    kinds = decide(post.world)
    inside, go_on = threading.Event(), threading.Event()

    def slow(sink: Sink, notice: Notice, stop: threading.Event) -> None:
        inside.set()
        assert go_on.wait(60)

    first = Deliverer(post.world.database, post.sink(), slow)
    thread = threading.Thread(target=first.deliver, args=(post.stop,))
    thread.start()
    assert inside.wait(60)
    assert post.deliver().sent == 0
    go_on.set()
    thread.join()
    assert post.deliver().sent == 0
    assert [fate.fate for fate in post.fates(post.state.done)] == [Fate.SENT]
    assert len(kinds) == count(post.world, "SELECT count(*) FROM notice_sent")


def test_sinks_of_other_names_have_their_own_place(post: Post, tmp_path: Path) -> None:
    decide(post.world, 0)
    other = replace(post.sink(), name="chat", command=program(tmp_path / "chat"))
    begin(post.world.database, other)
    seq = post.world.submit("M", name="chem.lab")[1]
    assert Deliverer(post.world.database, other).deliver(post.stop).sent == 1
    assert post.deliver().sent == 3
    assert seq
    assert [one.fate for one in post.fates(post.state.done)] == [Fate.SENT, Fate.SENT]


def test_what_stands_in_the_way_is_left_out(post: Post) -> None:
    decide(post.world)
    post.deliver("exit 1")
    seq = post.waiting()[0].seq
    w = post.world
    assert w.database.write(lambda tx: service.skip(tx, "default", seq, OPERATOR)) == 1
    assert [one.fate for one in post.fates(seq)] == [Fate.LEFT_OUT]
    row = w.database.read(
        lambda tx: tx.one('SELECT actor, action, "after" FROM journal ORDER BY seq DESC LIMIT 1')
    )
    assert row == ("operator:op", "notice.skip", to_json({"left out": 1, "up to": seq}))
    assert post.deliver().sent == 4
    with pytest.raises(Conflict):
        w.database.write(lambda tx: service.skip(tx, "default", seq, OPERATOR))
    with pytest.raises(Conflict):
        w.database.write(lambda tx: service.skip(tx, "default", 10**6, OPERATOR))
    assert w.database.read(lambda tx: list(findings(tx))) == []


def test_what_is_left_out_while_it_hangs_fails_no_more(post: Post) -> None:
    decide(post.world, 0)
    w, first = post.world, post.waiting()[0].seq

    def left_out(sink: Sink, notice: Notice, stop: threading.Event) -> None:
        w.database.write(lambda tx: service.skip(tx, "default", first, OPERATOR))
        raise Undelivered("no end")

    assert Deliverer(w.database, post.sink(), left_out).deliver(post.stop).error == "no end"
    assert (post.state.attempts, post.state.holder) == (0, "")
    assert post.deliver().sent == 1


def test_a_failure_ends_with_whom_it_concerned(post: Post) -> None:
    w = post.world
    application = w.submit("O", name="phys.lab")[1]
    post.deliver()
    w.do(DenyApplication(actor=OPERATOR, application=application))
    post.deliver("exit 1")
    assert post.state.attempts == 1
    erase = "UPDATE person SET email = 'gone' WHERE email = 'o@uni.example'"
    w.database.write(lambda tx: tx.execute(erase))
    assert post.deliver(eager=True) == Tally()
    assert post.state.attempts == 0


def test_what_cannot_be_noted_is_not_sent_again_and_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = decide(post.world, 0)
    found = Deliverer(post.world.database, post.sink())

    def full(*given: object) -> None:
        raise StorageFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(service, "went_out", full)
        for _ in range(3):
            with pytest.raises(StorageFull):
                found.deliver(post.stop)
    assert post.kinds == kinds[:1]
    assert found.deliver(post.stop).sent == 2
    assert post.kinds == kinds


def test_a_database_that_failed_is_not_waited_for_twice(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(post.world, 0)
    found, asked = Deliverer(post.world.database, post.sink()), []
    real = post.world.database.write

    def busy(fn: Callable[[Tx], object]) -> object:
        asked.append(fn)
        if len(asked) > 1:
            raise StorageBusy(f"busy for the {len(asked)}nd time")
        return real(fn)

    with monkeypatch.context() as patch:
        patch.setattr(post.world.database, "write", busy)
        with pytest.raises(StorageBusy, match="2nd"):
            found.deliver(post.stop)
    assert len(asked) == 2
    assert found.deliver(post.stop).sent == 2, "its own lease is not in its way"
    assert post.state.holder == ""


def test_who_is_interrupted_gives_the_lease_back(post: Post) -> None:
    decide(post.world, 0)

    def interrupted(sink: Sink, notice: Notice, stop: threading.Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Deliverer(post.world.database, post.sink(), interrupted).deliver(post.stop)
    assert post.state.holder == ""


def test_people_who_are_gone_are_not_told(post: Post) -> None:
    """Addresses are looked up when a notice is sent, and are kept nowhere else."""
    w = post.world
    application = w.submit("O", name="phys.lab")[1]
    w.do(DenyApplication(actor=OPERATOR, application=application))
    erase = "UPDATE person SET email = 'gone' WHERE email = 'o@uni.example'"
    w.database.write(lambda tx: tx.execute(erase))
    assert post.deliver().sent == 1
    assert post.kinds == ["application.submit"]
    rows = w.database.read(
        lambda tx: [*tx.all(store.SELECT_SINKS), *tx.all("SELECT * FROM notice_sent")]
    )
    assert "o@uni" not in str(rows)


def test_the_secret_parts_of_a_place_are_not_shown() -> None:
    assert (
        Sink(url="https://hooks.example:8443/s3cret?x=s3cret").place == "https://hooks.example:8443"
    )
    assert Sink(command=("/bin/notify", "--key", "s3cret")).place == "/bin/notify"


def test_of_a_long_error_the_beginning_is_kept(post: Post) -> None:
    decide(post.world, 0)
    long = "x" * 10_000

    def talkative(sink: Sink, notice: Notice, stop: threading.Event) -> None:
        raise Undelivered(long)

    Deliverer(post.world.database, post.sink(), talkative).deliver(post.stop)
    assert len(post.state.error) == service.ERROR_KEPT
