"""Every feature that is claimed names a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| (.+?) \| .* \| (\S+) \|$", (ROOT / "docs/features.md").read_text(), re.M)
CLAIMED = [(name, proof.strip("`")) for name, proof in ROWS if proof.startswith("`")]


@pytest.mark.parametrize(("name", "proof"), CLAIMED, ids=[name for name, _ in CLAIMED])
def test_a_claimed_feature_has_its_test(name: str, proof: str) -> None:
    path, _, wanted = proof.partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert wanted in tests if wanted else any(one.startswith("test_") for one in tests)


def test_the_table_is_read() -> None:
    assert len(CLAIMED) > 30
