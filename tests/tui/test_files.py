"""Files that commands write: new, whole, and in nobody's place."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from backend.core.errors import Invalid
from tui.files import replace, writing


def write(file: Path, text: str = "ours") -> None:
    with writing(str(file)) as target:
        target.write(text)


def test_a_file_is_new_and_private(tmp_path: Path) -> None:
    write(tmp_path / "x")
    assert (tmp_path / "x").read_text() == "ours"
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_what_is_left_of_another_is_not_written_over(tmp_path: Path, kind: str) -> None:
    theirs, partial = tmp_path / "theirs", tmp_path / "x.part"
    if kind != "dangling":
        theirs.write_text("theirs")
    if kind == "file":
        theirs.rename(partial)
    else:
        partial.symlink_to(theirs)
    with pytest.raises(Invalid, match=r"x\.part exists") as refused:
        write(tmp_path / "x")
    assert "remove it" in refused.value.hint
    assert partial.is_symlink() == (kind != "file")
    assert theirs.exists() == (kind == "link")
    assert kind == "dangling" or partial.read_text() == "theirs"


def test_a_link_to_nowhere_is_a_file_that_exists(tmp_path: Path) -> None:
    (tmp_path / "x").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Invalid, match="x exists"):
        write(tmp_path / "x")


@pytest.mark.parametrize("links", [True, False])
def test_what_came_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", unsupported)
    file = tmp_path / "x"

    def overtaken() -> None:
        with writing(str(file)) as target:
            target.write("ours")
            file.write_text("theirs")

    with pytest.raises(Invalid, match="x exists"):
        overtaken()
    assert file.read_text() == "theirs"
    assert [one.name for one in tmp_path.iterdir()] == ["x"]


def test_where_there_are_no_links_it_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", unsupported)
    write(tmp_path / "x")
    assert [one.name for one in tmp_path.iterdir()] == ["x"]


def unsupported(*given: object) -> None:
    """As FAT and some networks answer."""
    raise OSError(errno.EPERM, "Operation not permitted")


def test_one_takes_the_place_of_another_whole_and_private(tmp_path: Path) -> None:
    file, victim = tmp_path / "new" / "x", tmp_path / "theirs"
    victim.write_text("theirs")
    replace(file, b"first")
    file.chmod(0o644)
    file.with_name(f"x.{os.getpid()}.part").symlink_to(victim)
    replace(file, b"second")
    assert (file.read_bytes(), victim.read_text()) == (b"second", "theirs")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [one.name for one in file.parent.iterdir()] == ["x"]
