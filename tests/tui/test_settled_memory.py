"""A console gives the memory of long lists back."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import threading
from array import array
from tui.app import settle_memory

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

def read(keys):
    shown.append(array("q", (key for key in range(keys))))

settle_memory()
shown, before = [], resident()
for n in range(6):
    reader = threading.Thread(target=read, args=(1_000_000 if n % 2 else 100_000,))
    reader.start()
    reader.join()
    del shown[:-1]
shown.clear()
print(resident() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_keys_that_were_read_go_back_to_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 4_000, "kB that stay, where a list of keys takes 8,000"
