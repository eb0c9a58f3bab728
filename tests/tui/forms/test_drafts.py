"""Drafts are private, whole, few, and forgotten in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.core.errors import StorageError
from tui.forms.drafts import DAY, LARGEST, LONGEST, MOST, Draft, Drafts

NOW = 400 * DAY
Patch = pytest.MonkeyPatch


def files(folder: Path) -> list[Path]:
    """What is there."""
    return sorted((folder / "drafts").iterdir())


def test_a_draft_is_found_again_by_its_key_alone(tmp_path: Path) -> None:
    draft = Draft(NOW, {"name": "a\udc80\x1b", "b": "ü"}, "text")
    Drafts(tmp_path).keep("one", draft)
    assert Drafts(tmp_path).find("one") == draft
    assert Drafts(tmp_path).find("two") is None
    Drafts(tmp_path).drop("one")
    Drafts(tmp_path).drop("one")
    assert Drafts(tmp_path).find("one") is None


def test_it_is_the_operators_alone_and_names_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    Drafts(folder).keep("secret project", Draft(NOW, {"name": "x"}))
    [file] = files(folder)
    assert file.stat().st_mode & 0o777 == 0o600
    assert (folder / "drafts").stat().st_mode & 0o777 == 0o700
    assert "secret" not in file.name


def test_the_last_one_stands(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    for number in range(3):
        drafts.keep("one", Draft(NOW + number, {"n": str(number)}))
    assert drafts.find("one") == Draft(NOW + 2, {"n": "2"})
    assert len(files(tmp_path)) == 1


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path) -> None:
    for number in range(MOST + 3):
        Drafts(tmp_path).keep(f"key {number}", Draft(NOW + number * 1000, {"n": "x"}))
    drafts = Drafts(tmp_path)
    assert len(files(tmp_path)) == MOST
    assert drafts.find("key 2") is None
    assert drafts.find("key 3") is not None


def test_the_folder_is_looked_through_once(tmp_path: Path, monkeypatch: Patch) -> None:
    looked: list[Path] = []
    listed = Path.iterdir

    def look(self: Path) -> Iterator[Path]:
        looked.append(self)
        return listed(self)

    monkeypatch.setattr(Path, "iterdir", look)
    drafts = Drafts(tmp_path)
    for number in range(3):
        drafts.keep("one", Draft(NOW + number, {"n": "x"}))
    assert looked == [tmp_path / "drafts"]


def test_old_ones_go(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    Drafts(tmp_path).keep("old", Draft(NOW - LONGEST - 1000, {"n": "x"}))
    Drafts(tmp_path).keep("young", Draft(NOW - LONGEST + 1000, {"n": "x"}))
    drafts.keep("new", Draft(NOW, {"n": "x"}))
    found = {key: drafts.find(key) is not None for key in ("old", "young", "new")}
    assert found == {"old": False, "young": True, "new": True}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"at": "x"}', '{"values": 3}', "[" * 9999])
def test_a_damaged_one_is_none(tmp_path: Path, content: str) -> None:
    drafts = Drafts(tmp_path)
    drafts.keep("one", Draft(NOW, {"n": "x"}))
    [file] = files(tmp_path)
    file.write_text(content)
    assert drafts.find("one") is None
    file.write_text(json.dumps({"at": 1, "values": {}, "text": "x" * LARGEST}))
    assert drafts.find("one") is None


def test_what_is_too_large_is_refused_and_the_earlier_one_stays(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.keep("one", Draft(NOW, {"n": "x"}))
    with pytest.raises(StorageError, match="too large"):
        drafts.keep("one", Draft(NOW, {"n": "x" * LARGEST}))
    assert drafts.find("one") == Draft(NOW, {"n": "x"})


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("in the way")
    with pytest.raises(StorageError, match="drafts cannot be kept"):
        Drafts(tmp_path).keep("one", Draft(NOW, {"n": "x"}))


def test_a_failure_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageError, match="No space left"):
        Drafts(tmp_path).keep("one", Draft(NOW, {"n": "x"}))
    assert files(tmp_path) == []


def test_without_a_folder_nothing_is_kept() -> None:
    drafts = Drafts(None)
    drafts.keep("one", Draft(NOW, {"n": "x"}))
    drafts.drop("one")
    assert drafts.find("one") is None
