"""The README's generated parts are what the code says, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.actions import key_table
from tui.cli import parser
from tui.commands import command_table

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]


def generated() -> dict[str, str]:
    """The parts that are made, by the name of their marker."""
    return {
        "keys": f"\n{key_table()}\n",
        "commands": f"\n{command_table()}\n",
        "help": f"\n```\n{parser().format_help()}```\n",
    }


def with_generated(text: str) -> str:
    """The README with its generated parts made anew."""
    for name, part in generated().items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda match, part=part: f"{match[1]}{part}\n{match[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
    return text


def test_generated_parts_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run `python tests/house/test_readme.py` to bring them up to date."""
    monkeypatch.setenv("COLUMNS", "80")
    text = README.read_text(encoding="utf-8")
    assert text == with_generated(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


if __name__ == "__main__":
    import os

    os.environ["COLUMNS"] = "80"
    README.write_text(with_generated(README.read_text(encoding="utf-8")), encoding="utf-8")
