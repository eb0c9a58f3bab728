"""A command has bounded time and output, and is given no shell and no secrets."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from backend import program
from backend.program import OUTPUT_KEPT, Failed, Stopped, execute
from tests.notices.post import Post


def sh(script: str, *, timeout: float = 20.0, stop: bool = False) -> tuple[int, bytes]:
    event = threading.Event()
    if stop:
        event.set()
    return execute(("/bin/sh", "-c", script), b"hello", timeout, event)


def test_it_is_given_the_notice_and_its_answer_is_its_exit_code() -> None:
    assert sh("cat") == (0, b"hello")
    assert sh("cat >&2; exit 4") == (4, b"hello")
    assert sh("kill -9 $$")[0] == -9


def test_what_it_complains_of_is_put_apart_and_bounded_as_well() -> None:
    complaint = bytearray()
    script = "echo token; head -c 300000 /dev/zero >&2; exit 3"
    found = execute(("/bin/sh", "-c", script), b"", 20.0, threading.Event(), complaint)
    assert found == (3, b"token\n")
    assert complaint == bytes(OUTPUT_KEPT)


def test_it_need_not_read() -> None:
    body = b"x" * 1_000_000
    assert execute(("/bin/true",), body, 20.0, threading.Event()) == (0, b"")


def test_its_words_are_no_shell_s(tmp_path: Path) -> None:
    code, output = execute(("/bin/echo", "$HOME; `id`", "*"), b"", 20.0, threading.Event())
    assert (code, output) == (0, b"$HOME; `id` *\n")


def test_a_hanging_one_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"no end after 0\.3 s; it was killed"):
        sh(f"sleep 600 & echo $! > {tmp_path}/pid; wait", timeout=0.3)
    child = int((tmp_path / "pid").read_text())
    for _ in range(200):
        if not _alive(child):
            return
        time.sleep(0.02)
    pytest.fail("what it started goes on")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_one_that_closes_its_output_is_waited_for_all_the_same() -> None:
    assert sh("exec >&- 2>&-; sleep 0.2; exit 5") == (5, b"")


def test_what_goes_on_in_the_background_is_not_waited_for() -> None:
    code, _ = sh("sleep 5 & exit 0", timeout=3.0)
    assert code == 0


def test_of_much_output_the_beginning_is_kept() -> None:
    code, output = sh("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done; exit 1")
    assert code == 1
    assert output == (b"0123456789\n" * 1000)[:OUTPUT_KEPT]


def test_one_that_writes_for_ever_is_killed() -> None:
    with pytest.raises(Failed, match="killed"):
        sh("while :; do echo 0123456789; done", timeout=0.3)


def test_a_console_that_closes_does_not_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "GRACE", 0.2)
    with pytest.raises(Stopped):
        sh("sleep 600", stop=True)
    assert sh("exit 0", stop=True)[0] == 0


@pytest.mark.parametrize("words", [("/no/such/program",), ("/",), ("/bin/\0",)])
def test_one_that_cannot_be_run_is_a_failure(words: tuple[str, ...]) -> None:
    with pytest.raises(Failed, match="cannot be run"):
        execute(words, b"", 20.0, threading.Event())


def test_what_it_says_is_made_safe(post: Post) -> None:
    post.world.submit("O", name="phys.lab")
    error = post.deliver("printf '\\033[31mred\\nline\\377'; exit 2").error
    assert error == "exit 2: ␛[31mred␤line�"
    post.deliver("kill -15 $$", eager=True)
    assert post.state.error == "ended by signal 15"
