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
    """Run the tests of a folder under the settings of this suite, without foreign plugins."""
    plugins = ("-p", "xdist", "-p", "pytest_timeout", "-p", "tests.conftest")
    settings = ["-c", str(ROOT / "pyproject.toml"), *plugins]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *settings, *options, str(folder)],
        cwd=ROOT,
        env={**os.environ, "CI": ci, **alone},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "worker"])
def test_ci_fails_on_a_skip(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "test_passes.py").write_text(PASSES)
    (tmp_path / "test_skips.py").write_text(SKIPPED_TEST)
    (tmp_path / "test_absent.py").write_text(SKIPPED_MODULE)
    done = run(tmp_path, *options, ci="true")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "2 skipped, and CI is set" in done.stdout


@pytest.mark.parametrize(("ci", "content"), [("", SKIPPED_TEST), ("true", PASSES)])
def test_without_ci_or_skip_the_run_succeeds(tmp_path: Path, ci: str, content: str) -> None:
    (tmp_path / "test_some.py").write_text(content)
    done = run(tmp_path, ci=ci)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
