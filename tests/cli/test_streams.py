"""Streams that end, fill up, are closed or cannot hold what is written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.projects.model import DenyApplication
from tests.tui.stage import Stage
from tests.worlds import OPERATOR

ROOT = Path(__file__).resolve().parents[2]


def shell(script: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in which `$BURSAR` is the command."""
    env = {**os.environ, "BURSAR": f"{sys.executable} -m tui", **more}
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}"], cwd=ROOT, env=env, capture_output=True,
        text=True, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize("format", ["table", "csv", "json", "jsonl"])
def test_a_reader_who_has_had_enough_is_no_error(demo: Path, format: str) -> None:
    done = shell(f"$BURSAR quotas --database {demo} --format {format} | head -1")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


def test_ctrl_c_ends_a_list_whose_reader_is_slow(demo: Path) -> None:
    command = [sys.executable, "-m", "tui", "quotas", "--database", str(demo)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.read(1) == b"H"
        time.sleep(0.5)  # the pipe is full by now
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 130
        assert child.stderr.read() == b""


def test_a_full_disk_is_told(demo: Path) -> None:
    done = shell(f"$BURSAR quotas --database {demo} --format csv > /dev/full")
    assert done.returncode == 1
    assert done.stderr == "bursar: Cannot write: standard output: No space left on device\n"


def test_closed_streams_are_survived(demo: Path) -> None:
    done = shell(f"$BURSAR projects --database {demo} >&-")
    assert done.returncode == 1
    assert "standard output is closed" in done.stderr
    silent = shell(f"$BURSAR projects --database {demo}.none 2>&-")
    assert (silent.returncode, silent.stdout, silent.stderr) == (1, "", "")


def test_a_locale_without_unicode_loses_nothing(stage: Stage, world_file: Path) -> None:
    stage.world.do(DenyApplication(actor=OPERATOR, application=stage.newcomer), "für 漢字")
    latin = {"PYTHONIOENCODING": "latin-1:strict", "PYTHONUTF8": "0"}
    asked = f"$BURSAR journal --limit 1 --columns reason --database {world_file}"
    done = shell(f"{asked} --format jsonl", **latin)
    assert json.loads(done.stdout) == {"reason": "für 漢字"}
    table = shell(f"{asked} | iconv -f latin1 -t utf-8", **latin)
    assert (table.returncode, table.stdout) == (0, "REASON\nfür \\u6f22\\u5b57\n")
