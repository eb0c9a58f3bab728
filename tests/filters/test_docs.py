"""docs/filters.md has the fields that there are. Run this file to bring it up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from backend import journal_view
from backend.allocations import fields as allocations
from backend.core.errors import Invalid
from backend.core.filter import parse
from backend.core.listing import FieldSpec, Kind
from backend.nico import fields as nico
from backend.openportal import fields as portal
from backend.placement import fields as placement
from backend.projects import service as projects
from backend.projects.service import people
from backend.projects.store.mismatches import MISMATCHES
from backend.quotas import fields

PAGE = Path(__file__).resolve().parents[2] / "docs/filters.md"
LISTS: Mapping[str, Sequence[FieldSpec]] = {
    "Projects": projects.FIELDS,
    "Quotas": fields.MEMBERS.specs,
    "Commissions": fields.COMMISSIONS.specs,
    "Allocations": allocations.SPECS,
    "Inventories": placement.INVENTORIES.specs,
    "Providers": placement.PROVIDERS.specs,
    "Project codes": portal.CODES.specs,
    "Services": portal.SERVICE_FIELDS.specs,
    "Projects of a portal": portal.PROJECT_FIELDS.specs,
    "Awards": portal.AWARDS.specs,
    "Awards to other portals": portal.REMOTE_PROJECTS.specs,
    "Constraints": nico.CONSTRAINTS.specs,
    "Instance types": nico.TYPES.specs,
    "Blocks": nico.BLOCKS.specs,
    "Audit": journal_view.FIELDS.specs,
    "Users": people.FIELDS,
    "Resources": fields.RESOURCES.specs,
    "Verify": MISMATCHES.specs,
}


def names(spec: FieldSpec) -> tuple[str, ...]:
    """What a field is called."""
    return (f"{spec.name}…" if spec.prefix else spec.name, *spec.aliases)


def tables() -> Iterator[str]:
    """The tables, line by line."""
    for title, specs in LISTS.items():
        yield from (
            "",
            f"### {title}",
            "",
            "| field | | finds | for example |",
            "|---|---|---|---|",
        )
        for spec in specs:
            called = " ".join(f"`{name}`" for name in names(spec))
            kind = "word" if spec.kind is Kind.FLAG else spec.kind.value
            meanings = dict(spec.meanings)
            told = [f"{word} {meanings.get(word, '')}".rstrip() for word in spec.words]
            words = f": {', '.join(told)}" if told else ""
            example = spec.example.replace("|", "\\|")
            yield f"| {called} | {kind} | {spec.help}{words} | `{example}` |"
    yield ""


def current(text: str) -> str:
    """The page with its tables made anew."""
    made = "\n".join(tables())
    return re.sub(
        r"(<!-- fields -->\n).*(<!-- /fields -->)",
        lambda found: f"{found[1]}{made}\n{found[2]}",
        text,
        flags=re.DOTALL,
    )


def test_the_tables_are_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == current(text)


def test_every_example_is_understood_by_some_list() -> None:
    """The first block of the page."""
    block = PAGE.read_text(encoding="utf-8").split("```")[1]
    for line in block.strip().splitlines():
        text = re.split(r"\s{3,}", line)[0]
        assert any(understood(text, specs) for specs in LISTS.values()), text


def understood(text: str, specs: Sequence[FieldSpec]) -> bool:
    """True when it means something there."""
    try:
        return bool(parse(text, specs).terms)
    except Invalid:
        return False


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
