"""The lists: the panes' rows in every format, exact, safe and in pages."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from backend.core.listing import Query
from backend.embedded import open_embedded
from backend.projects.model import UserState
from backend.quotas.model import UNLIMITED
from tests.cli.conftest import Done, Run
from tests.tui.hostile import FORBIDDEN, poison
from tests.tui.stage import Stage
from tests.worlds import VM
from tui.cli.fields import LISTS
from tui.cli.lists import PAGE, listing, pages

ROOT = Path(__file__).resolve().parents[2]


def records(done: Done) -> list[dict[str, str]]:
    """CSV as dictionaries."""
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


def objects(done: Done) -> list[dict[str, Any]]:
    """JSON lines as dictionaries."""
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.lines]


@pytest.fixture
def crooked(demo: Path) -> Path:
    """A demo world in which somebody wrote limits past bursar, and took a holding out."""
    conn = sqlite3.connect(demo)
    conn.execute("UPDATE holding SET lim = id WHERE id % 501 = 0")
    free = "usage_max = 0 AND id NOT IN (SELECT holding_id FROM provision)"
    conn.execute(f"DELETE FROM holding WHERE id % 503 = 0 AND {free}")
    conn.commit()
    conn.close()
    return demo


@pytest.mark.parametrize("what", LISTS)
def test_every_format_has_the_same_rows(bursar: Run, crooked: Path, what: str) -> None:
    def run(format: str, *more: str) -> Done:
        done = bursar(what, "--database", crooked, "--limit", 40, "--format", format, *more)
        assert (done.code, done.err) == (0, "")
        return done

    names = [field.name for field in LISTS[what].fields]
    rows = run("json").data
    assert rows
    assert all(list(row) == names for row in rows)
    key = names[0]
    assert [row[key] for row in objects(run("jsonl"))] == [row[key] for row in rows]
    table = run("csv")
    assert table.lines[0].split(",") == names
    assert [row[key] for row in records(table)] == [str(row[key]) for row in rows]
    shown = run("table", "--columns", key).lines
    assert shown[0] == key.upper()
    assert [line.strip() for line in shown[1:]] == [str(row[key]) for row in rows]


def test_a_long_list_comes_whole_and_in_pages(bursar: Run, demo: Path) -> None:
    asked = ("quotas", "--database", demo, "--format", "jsonl", "--columns")
    done = bursar(*asked, "holder_uuid,project_uuid,resource")
    backend = open_embedded(demo, read_only=True)
    count = len(asyncio.run(backend.quotas.listing.keys(Query())))
    assert count > 10 * PAGE
    assert len(set(done.lines)) == count
    assert done.lines[: PAGE + 1] == bursar(*asked, "holder_uuid,project_uuid,resource",
                                            "--limit", PAGE + 1).lines  # fmt: skip

    with asyncio.Runner() as runner:
        sizes = [len(rows) for rows in pages(runner, backend.quotas.listing, Query(), None)]
    backend.shut()
    assert max(sizes) == PAGE
    assert sum(sizes) == count


def test_tables_are_aligned_and_nothing_is_cut(bursar: Run, demo: Path) -> None:
    lines = bursar("projects", "--database", demo, "--limit", 60).lines
    heading = lines[0]
    assert heading.split() == [f.name.upper() for f in LISTS["projects"].fields if f.usual]
    state = heading.index("STATE")
    assert {line[state - 2 : state] for line in lines} == {"  "}
    names = {row["name"] for row in objects(bursar(
        "projects", "--database", demo, "--limit", 60, "--format", "jsonl"))}  # fmt: skip
    assert {line.split()[0] for line in lines[1:]} == names


def test_columns_grow_when_a_later_page_needs_it() -> None:
    from tui.cli.columns import of
    from tui.cli.formats import Table

    class Row:
        """Has a name."""

        def __init__(self, name: str) -> None:
            self.name = self.other = name

    said: list[str] = []
    table = Table([of("name"), of("other")], "auto", said.append)
    for name in ("a", "漢字" * 9, "b"):
        table.page([Row(name)])
    table.end()
    lines = "".join(said).splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", "a", "漢字" * 9, "b"]
    assert cell_len(lines[3]) == cell_len("漢字" * 9) + 3


def test_columns_are_chosen_and_ordered(bursar: Run, demo: Path) -> None:
    done = bursar("projects", "--database", demo, "--columns", "owner, name,owner", "--limit", 1,
                  "--format", "csv")  # fmt: skip
    assert done.lines[0] == "owner,name"
    wrong = bursar("projects", "--database", demo, "--columns", "owner,nmae")
    assert (wrong.code, wrong.out) == (2, "")
    assert "there is no column nmae" in wrong.err
    assert "did you mean name?" in wrong.err


def fullness(pool: dict[str, int]) -> float:
    """Usage of a limit; of none at all it is a little more than full."""
    return pool["usage"] / pool["limit"] if pool["limit"] else 1.0001 * bool(pool["usage"])


SORTED = [(what, field) for what in LISTS for field in LISTS[what].fields if field.sort]


@pytest.mark.parametrize(("what", "field"), SORTED, ids=lambda part: getattr(part, "name", part))
def test_every_sort_sorts_by_its_column(bursar: Run, crooked: Path, what: str, field: Any) -> None:
    asked = (what, "--database", crooked, "--format", "jsonl", "--sort", field.name)
    up, down = objects(bursar(*asked)), objects(bursar(*asked, "--reverse"))

    def order(row: dict[str, Any]) -> Any:
        value = row[field.name]
        if field.name == "percent" and row["node_limit"] == 0:
            return 1e9 * (float(row["used_this_month"]) > 0)  # used of nothing is no percentage
        if field.name == "tightest":
            return max(map(fullness, value), default=0)
        if field.name == "amounts":
            return (value or {}).get("VCPU", 0)  # those of OpenPortal have none
        if field.name in ("largest", "largest_free"):
            return row["largest"] or 129  # where nothing is free comes last
        if field.name == "block":
            return int(ip_network(value)[0])
        if field.name in ("least", "most") and row["type"] == "IPBlock":
            return 0  # lengths have no order in what machines may become
        if field.name == "fullest":
            return value["used"] / value["capacity"] if value else 0
        if field.name == "used_this_month":
            return float(value or 0)
        if what == "users" and field.name == "state":
            return list(UserState).index(value)  # those who wait come first
        return value.casefold() if isinstance(value, str) else value or 0

    assert [order(row) for row in up] == sorted(map(order, up))
    assert [order(row) for row in down] == sorted(map(order, up), reverse=True)
    assert len({str(row[field.name]) for row in up}) > 1


def test_every_sortable_column_can_be_filtered_by_its_name(demo: Path) -> None:
    backend = open_embedded(demo, read_only=True)
    for what in LISTS.keys() - {"applications"}:
        fields = listing(backend, what).fields
        known = {name for spec in fields for name in (spec.name, *spec.aliases)}
        sorts = {name for field in LISTS[what].fields if field.sort for name in field.names}
        assert sorts - {"amounts"} <= known  # each class has its own
    backend.shut()


def test_filters_are_those_of_the_panes(bursar: Run, demo: Path) -> None:
    def count(*filter: str) -> int:
        return len(objects(bursar("quotas", "--database", demo, "--format", "jsonl", *filter)))

    everything, over = count(), count("over")
    assert 0 < over < everything
    assert count("--view", "over") == over
    assert count("over", "cyclades.ram") < over
    rows = objects(bursar("quotas", "usage>=10G", "resource:cyclades.ram", "--database", demo,
                          "--format", "jsonl"))  # fmt: skip
    assert rows
    assert min(row["usage"] for row in rows) >= 10 * 1024**3


def test_a_filter_that_makes_no_sense_is_shown_where(bursar: Run, demo: Path) -> None:
    for more in ((), ("--limit", 5)):
        done = bursar("quotas", "漢", "usage>=1z", "--database", demo, *more)
        assert (done.code, done.out) == (2, "")
        text, arrow, told = done.err.splitlines()[:3]
        assert text == "漢 usage>=1z"
        assert cell_len(text[: text.index("1z")]) == arrow.index("^")
        assert "1z" in told


def test_views_narrow_lists(bursar: Run, demo: Path) -> None:
    def states(view: str) -> set[str]:
        done = bursar("projects", "--database", demo, "--format", "jsonl", "--view", view)
        return {row["state"] for row in objects(done)}

    assert states("suspended") == {"Suspended"}
    assert {"Active", "Suspended", "Terminated"} <= states("everything")
    pools = objects(bursar("quotas", "--view", "pools", "--database", demo, "--format", "jsonl"))
    assert {row["pool"] for row in pools} == {True}


def test_applications_say_what_deciding_has_to_consider(bursar: Run, demo: Path) -> None:
    rows = objects(bursar("applications", "--database", demo, "--format", "jsonl"))
    first = rows[0]
    assert [row["application"] for row in rows] == sorted(row["application"] for row in rows)
    assert (first["application"], first["kind"], first["over"]) == (417, "change", 4)
    assert any("denied before" in text for text in first["concerns"])
    taken = next(row for row in rows if row["project"] == "urban-air.uni")
    assert len(taken["concerns"]) == 1
    assert taken["concerns"][0].startswith("cannot be approved: the name urban-air.uni")
    (found,) = objects(bursar("applications", "hpc", "--database", demo, "--format", "jsonl"))
    assert found == first


def test_numbers_are_exact_and_moments_iso(stage: Stage, world_file: Path, bursar: Run) -> None:
    stage.world.project("deep.think", (2**53 + 1, 4))
    rows = objects(bursar("quotas", "--view", "pools", "--database", world_file, "--format",
                          "jsonl"))  # fmt: skip
    assert 2**53 + 1 in [row["limit"] for row in rows]
    assert UNLIMITED in [row["limit"] for row in rows]
    (commission,) = bursar("commissions", "--database", world_file, "--format", "json").data
    assert commission["issued"].startswith("2026-11-20T09:")
    assert commission["issued"].endswith("Z")
    assert commission["expires"] is None
    assert commission["change"][0] == {"resource": VM, "unit": "", "quantity": 1}
    (journal,) = bursar("journal", "--limit", 1, "--database", world_file, "--format", "json").data
    assert journal["after"]["state"] == "approved"


def test_what_can_be_reached_is_as_on_screen_never_below_0(
    stage: Stage, world_file: Path, bursar: Run
) -> None:
    shut = "UPDATE holding SET lim = 1 WHERE source_id = 0"
    stage.world.database.write(lambda tx: tx.execute(shut))
    asked = ("quotas", "resource:vm", "climate", "--database", world_file, "--format", "jsonl")
    rows = [row for row in objects(bursar(*asked)) if not row["pool"]]
    assert {row["effective"] for row in rows} == {0}
    assert all(row["left"] == row["effective"] - row["usage"] for row in rows)


def test_amounts_are_written_as_asked(stage: Stage, world_file: Path, bursar: Run) -> None:
    asked = ("quotas", "resource:ram", "climate", "--database", world_file, "--columns", "limit")

    def limit(*more: str) -> str:
        return bursar(*asked, *more).lines[-1].strip()

    assert limit() == "64G"
    assert limit("--units", "bytes") == f"{64 * 1024**3:,}"
    assert limit("--units", "raw") == str(64 * 1024**3)
    assert limit("--format", "csv") == str(64 * 1024**3)
    assert limit("--format", "csv", "--units", "auto") == "64G"
    refused = bursar(*asked, "--format", "json", "--units", "raw")
    assert (refused.code, refused.out) == (2, "")
    assert "JSON has exact numbers" in refused.err


def test_tables_use_the_configured_units(
    stage: Stage, world_file: Path, bursar: Run, configure: Any
) -> None:
    configure('units = "raw"')
    asked = ("quotas", "resource:ram", "climate", "--database", world_file, "--columns", "limit")
    assert bursar(*asked).lines[-1].strip() == str(64 * 1024**3)
    assert bursar(*asked, "--units", "auto").lines[-1].strip() == "64G"


@pytest.mark.parametrize("format", ["table", "csv", "json", "jsonl"])
@pytest.mark.parametrize("what", LISTS)
def test_nothing_hostile_reaches_a_terminal(
    stage: Stage, world_file: Path, bursar: Run, what: str, format: str
) -> None:
    poison(stage)
    columns = ",".join(field.name for field in LISTS[what].fields)
    done = bursar(what, "--database", world_file, "--format", format, "--columns", columns)
    assert done.code == 0
    assert set(done.out) - {"\n"} & FORBIDDEN == set()


def test_json_says_exactly_what_is_stored(stage: Stage, world_file: Path, bursar: Run) -> None:
    from tests.tui.hostile import NASTY

    poison(stage)
    rows = bursar("commissions", "--database", world_file, "--format", "json").data
    assert NASTY in [row["name"] for row in rows]
    stage.world.do(_deny(stage), NASTY)
    (row,) = bursar("journal", "--limit", 1, "--database", world_file, "--format", "json").data
    assert row["reason"] == NASTY
    assert "漢字" in bursar("commissions", "--database", world_file, "--format", "json").out


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1")


@pytest.mark.parametrize("text", FORMULAS)
def test_spreadsheets_are_given_no_formulas(
    stage: Stage, world_file: Path, bursar: Run, text: str
) -> None:
    stage.world.project("some.lab")
    stage.settle()
    stage.world.do(_deny(stage), text)
    (row,) = records(bursar("journal", "--database", world_file, "--limit", 1, "--format", "csv"))
    assert not row["reason"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row["reason"].lstrip("'").endswith(text[-1])
    table = bursar("journal", "--database", world_file, "--limit", 1, "--columns", "reason")
    assert "'" not in table.out


def test_negative_numbers_are_no_formulas(bursar: Run, demo: Path) -> None:
    rows = records(bursar("quotas", "over", "--database", demo, "--format", "csv"))
    assert all(int(row["left"]) < 0 for row in rows)


def _deny(stage: Stage) -> Any:
    from backend.projects.model import DenyApplication
    from tests.worlds import OPERATOR

    return DenyApplication(actor=OPERATOR, application=stage.newcomer)


def test_empty_lists_are_empty_in_every_format(bursar: Run, demo: Path) -> None:
    asked = ("projects", "no-such-project", "--database", demo, "--columns", "name,owner")
    assert bursar(*asked).out == "NAME  OWNER\n"
    assert bursar(*asked, "--format", "csv").out == "name,owner\n"
    assert bursar(*asked, "--format", "json").data == []
    assert bursar(*asked, "--format", "jsonl").out == ""


def test_looking_makes_nothing(bursar: Run, tmp_path: Path) -> None:
    for arguments in ((), ("--database", tmp_path / "none.db"), ("--format", "csv")):
        done = bursar("projects", *arguments)
        assert (done.code, done.out) == (1, "")
        assert "does not exist yet" in done.err
    assert list(tmp_path.rglob("*.db*")) == []


def test_what_is_no_database_is_told(bursar: Run, tmp_path: Path) -> None:
    done = bursar("projects", "--database", tmp_path)
    assert (done.code, done.out) == (1, "")
    assert f"{tmp_path} is a directory" in done.err


def test_files_may_have_any_name(bursar: Run, demo: Path) -> None:
    odd = demo.rename(demo.with_name("a b?c#\udcff%41.db"))
    done = bursar("projects", "--database", odd, "--limit", 1)
    assert (done.code, len(done.lines)) == (0, 2)


def test_looking_changes_nothing(bursar: Run, demo: Path) -> None:
    before = demo.read_bytes()
    for what in LISTS:
        assert bursar(what, "--database", demo, "--format", "csv").code == 0
    assert demo.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--limit", "0"), "0 is not at least 1"),
        (("--limit", "x"), "no whole number"),
        (("--sort", "ends"), "invalid choice"),
        (("--format", "xml"), "invalid choice"),
        (("--view", "none"), "invalid choice"),
        (("\udcff",), "not valid UTF-8"),
    ],
)
def test_wrong_options_are_usage_errors(
    bursar: Run, demo: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = bursar("quotas", "--database", demo, *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
