"""What anybody who clones the repository finds in it, and what nobody may find."""

from __future__ import annotations

import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui import VERSION

ROOT = Path(__file__).resolve().parents[2]

# In pieces, so that this file does not hold what it looks for.
REGISTRIES = [("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"), ("deb.", "debian.org")]
INDEX_OPTIONS = [("index", "-url"), ("find", "-links"), ("trusted", "-host")]


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Name and content of every text file that git tracks."""
    git = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def machine_paths() -> re.Pattern[str]:
    """Home directories, and wherever this checkout happens to stand."""
    here = {ROOT, Path.home()}
    if ROOT.parent not in (Path("/"), Path(tempfile.gettempdir())):
        here.add(ROOT.parent)
    places = [re.escape(str(place)) for place in here if len(place.parts) > 1]
    return re.compile(rf"(?<![\w.-])(?:{'|'.join([*places, '/(?:home|Users)/[a-z]+'])})/")


def registries() -> re.Pattern[str]:
    """Hosts of package registries and options that name one."""
    return re.compile("|".join(re.escape("".join(parts)) for parts in REGISTRIES + INDEX_OPTIONS))


@pytest.mark.parametrize("forbidden", [machine_paths(), registries()], ids=["paths", "registries"])
def test_the_repository_names_no_machine_and_no_registry(forbidden: re.Pattern[str]) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if forbidden.search(line)
    ]
    assert not found, "\n" + "\n".join(found)


def test_the_searches_find_what_they_look_for() -> None:
    assert machine_paths().search(f"see {ROOT}/docs")
    assert machine_paths().search("file://" + "/home/" + "ada/x")
    assert not machine_paths().search("https://example.org" + "/home/" + "ada/")
    assert registries().search("https://py" + "pi.org/simple")


def test_every_pin_is_exact() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", pin)] == []


def test_the_changelog_knows_the_version() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d[^\]]*)\]", changelog, flags=re.MULTILINE)
    assert releases[:1] == [version]
    assert version == VERSION


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("LICENSE", "Apache License"),
        ("README.md", "make demo"),
        ("README.md", "make test"),
        ("CHANGELOG.md", "## [Unreleased]"),
    ],
)
def test_what_every_project_has_is_there(name: str, says: str) -> None:
    assert says in (ROOT / name).read_text(encoding="utf-8")
