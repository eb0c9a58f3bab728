"""What is remembered of a context, and that nothing but that is."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.core.listing import Query
from tests.tui.stage import Stage, play, said, until
from tui import memory
from tui.app import BursarApp
from tui.history import Place
from tui.session import Session


def session(stage: Stage) -> Session:
    return Session(stage.backend)


def used(stage: Stage) -> Session:
    """A session in which something was looked at."""
    made = session(stage)
    query = Query("ram used>1G", "over", sort="left", descending=True)
    made.list_state("quotas").query = replace(query, marked=(3,))
    made.history.visit("quotas", query)
    made.views["tight"] = Place("quotas", query)
    made.remember(":", "over")
    return made


def test_a_session_goes_on_where_the_last_one_ended(stage: Stage, tmp_path: Path) -> None:
    path = memory.path_for(tmp_path, "work", "world.db")
    before = used(stage)
    memory.keep(before, path)
    after = session(stage)
    memory.recall(after, path)
    query = Query("ram used>1G", "over", sort="left", descending=True)
    assert after.list_state("quotas").query == query
    assert after.views == {"tight": Place("quotas", query)}
    assert after.typed == {":": ["over"]}
    assert after.begins == "quotas"
    assert not after.messages


def test_a_filter_that_is_taken_up_says_of_how_many(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "1 of 2" in said(pilot.app))

    made = session(stage)
    made.list_state("projects").query = Query("climate", sort="name")
    play(BursarApp(made, live=False), script)


def test_the_file_is_private_and_whole(stage: Stage, tmp_path: Path) -> None:
    path = memory.path_for(tmp_path, "../../etc/passwd", "world.db")
    memory.keep(used(stage), path)
    assert path.parent == tmp_path / "contexts"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_two_databases_share_nothing(tmp_path: Path) -> None:
    one, other = (memory.path_for(tmp_path, "local", place) for place in ("a.db", "b.db"))
    assert one != other


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "{",
        '{"version": 99}',
        '{"version": 1, "pane": [], "lists": {"quotas": {"text": 1}}, "views": 3, "typed": {}}',
        "\x00",
        "[" * 99_999,
    ],
)
def test_what_cannot_be_read_is_told_and_left_out(stage: Stage, tmp_path: Path, text: str) -> None:
    path = tmp_path / "memory.json"
    path.write_text(text, encoding="utf-8")
    made = session(stage)
    memory.recall(made, path)
    assert "memory.json is not used" in made.messages[-1].text
    assert made.begins == ""


def test_a_filter_of_another_version_is_left_out(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    memory.keep(used(stage), path)
    data = json.loads(path.read_text(encoding="utf-8"))
    data["lists"]["quotas"]["text"] = "colour:red"
    data["lists"]["gone"] = data["lists"]["quotas"]
    path.write_text(json.dumps(data), encoding="utf-8")
    made = session(stage)
    memory.recall(made, path)
    assert made.list_state("quotas").query == Query()
    assert "gone" not in made.lists


def test_nothing_is_said_on_a_first_run(stage: Stage, tmp_path: Path) -> None:
    made = session(stage)
    memory.recall(made, tmp_path / "none.json")
    assert not made.messages


def test_a_file_too_large_is_none_of_ours(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    path.write_bytes(b" " * (memory.LARGEST + 1))
    made = session(stage)
    memory.recall(made, path)
    assert "too large" in made.messages[-1].text


def saved(path: Path) -> set[str]:
    """The names of the views in the file."""
    return set(json.loads(path.read_text(encoding="utf-8"))["views"])


def test_consoles_beside_each_other_keep_each_others_views(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    memory.keep(used(stage), path)
    one, other = session(stage), session(stage)
    for console in (one, other):
        memory.recall(console, path)
    one.views["mine"] = one.views["tight"]
    del other.views["tight"]
    memory.keep(one, path)
    assert saved(path) == {"tight", "mine"}
    memory.keep(other, path)
    assert saved(path) == {"mine"}
    memory.keep(one, path)
    assert saved(path) == {"mine"}


def test_of_two_views_of_a_name_the_one_saved_last_stands(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    memory.keep(used(stage), path)
    one, other = session(stage), session(stage)
    for console in (one, other):
        memory.recall(console, path)
    one.views["tight"] = Place("projects", Query("mine"))
    memory.keep(one, path)
    memory.keep(other, path)
    after = session(stage)
    memory.recall(after, path)
    assert after.views["tight"] == Place("projects", Query("mine"))


def test_a_link_in_the_place_of_the_part_is_not_followed(stage: Stage, tmp_path: Path) -> None:
    path, victim = tmp_path / "memory.json", tmp_path / "victim"
    victim.write_text("precious")
    path.with_name(f"{path.name}.{os.getpid()}.part").symlink_to(victim)
    memory.keep(used(stage), path)
    assert victim.read_text() == "precious"
    assert saved(path) == {"tight"}
