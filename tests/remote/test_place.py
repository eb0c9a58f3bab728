"""Copies of servers are private and do not outlive the process that made them."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

from backend.remote.place import Place

MAKE = """
import sys, time
from pathlib import Path
from backend.remote.place import Place
place = Place(Path(sys.argv[1]))
(place.path / "mirror.db").write_text("names")
print(place.path, flush=True)
time.sleep(60)
"""


def test_it_is_private_and_goes(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o700
    other = Place(tmp_path)  # those who live are left alone
    assert place.path.exists()
    place.close()
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MAKE, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
    assert left.exists()
    Place(tmp_path).close()
    assert not left.exists()
