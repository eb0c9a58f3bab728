"""A test that was skipped has proved nothing; CI must not call that a success."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSES = "def test_passes(): pass\n"
SKIPPED_TEST = PASSES + "import pytest\ndef test_skips(): pytest.skip('no such machine')\n"
SKIPPED_MODULE = "import pytest\npytest.skip('no such library', allow_module_level=True)\n"


def run(folder: Path, *options: str, ci: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder under the settings of this suite."""
    settings = ["-c", str(ROOT / "pyproject.toml"), "-p", "tests.conftest", *options]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *settings, str(folder)],
        cwd=ROOT,
        env={**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "worker"])
@pytest.mark.parametrize("skipping", [SKIPPED_TEST, SKIPPED_MODULE], ids=["test", "module"])
def test_ci_fails_on_a_skip(tmp_path: Path, skipping: str, options: tuple[str, ...]) -> None:
    (tmp_path / "test_passes.py").write_text(PASSES)
    (tmp_path / "test_skips.py").write_text(skipping)
    done = run(tmp_path, *options, ci="true")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "1 skipped, and CI is set" in done.stdout


@pytest.mark.parametrize(("ci", "content"), [("", SKIPPED_TEST), ("true", PASSES)])
def test_without_ci_or_skip_the_run_succeeds(tmp_path: Path, ci: str, content: str) -> None:
    (tmp_path / "test_some.py").write_text(content)
    done = run(tmp_path, ci=ci)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
