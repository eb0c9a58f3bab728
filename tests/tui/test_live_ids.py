"""Ids of what is alive: what is read, what is refused, and that nothing is waited for for ever."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from backend.core.errors import Invalid
from tui import live_ids as module
from tui.live_ids import live_ids, parsed

ONE, TWO = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-00000000000a"


def read(source: str, seconds: float = 60) -> list[str]:
    """The ids of a file or command."""
    return asyncio.run(live_ids(source, seconds)).ids


def python(code: str) -> str:
    """A command that runs this."""
    return f"!{sys.executable} -c '{code}'"


def test_one_id_a_line_however_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "live.txt"
    file.write_text(f"# servers\r\n\n  {ONE}\n{TWO.upper()}\n{TWO.replace('-', '')}\n")
    assert read(str(file)) == [ONE, TWO]


@pytest.mark.parametrize("text", ["", "\n# nothing\n"])
def test_an_empty_list_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="everything would count as orphaned"):
        parsed(text.encode(), "live.txt")


@pytest.mark.parametrize("line", ["ID", f"{ONE} running", "\x1b[2J", "\udcff"])
def test_a_line_that_is_no_id_is_refused_with_its_number(line: str) -> None:
    data = f"{ONE}\n{line}\n".encode("utf-8", "surrogateescape")
    with pytest.raises(Invalid, match="line 2 is no id") as refused:
        parsed(data, "live.txt")
    assert "\x1b" not in refused.value.message


def test_a_command_is_run_without_a_shell() -> None:
    assert read(python(f'print("{ONE}")')) == [ONE]
    with pytest.raises(Invalid, match="line 1 is no id"):
        read(f"!echo {ONE} | cat")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("!no-such-program", "no-such-program: No such file"),
        ("!", "no command follows"),
        ('!echo "', "No closing quotation"),
        (python('import sys; sys.exit("not signed in")'), "exit 1: not signed in"),
        (python("pass"), "there are no ids in it"),
        ("/no/such/file", "/no/such/file: No such file"),
        ("/", "/ is no file"),
    ],
)
def test_what_went_wrong_is_told(source: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(source)
    assert told in refused.value.message


def test_a_command_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "still-there"
    child = f'import time; time.sleep(2); open("{mark}", "w")'
    script = tmp_path / "slow.py"
    script.write_text(
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])\n"
    )
    with pytest.raises(Invalid, match="no end after 0.5 seconds"):
        read(f"!{sys.executable} {script}", 0.5)
    asyncio.run(asyncio.sleep(2))
    assert not mark.exists()


def test_no_more_is_read_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST", 1000)
    file = tmp_path / "live.txt"
    file.write_text(f"{ONE}\n" * 100)
    for source in (str(file), python(f'print("{ONE}\\n" * 100000)'), "!yes"):
        with pytest.raises(Invalid, match="more than 0 MB"):
            read(source)
