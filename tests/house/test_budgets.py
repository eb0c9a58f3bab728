"""The size budgets: code that stays small stays readable, and god classes never start."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backend", "tui", "tests", "bench")
FILE_LINES, CLASS_LINES, FUNCTION_LINES, MEDIAN_LINES, LINE_LENGTH = 400, 300, 60, 10, 100

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Definition = FunctionNode | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed module."""

    path: Path
    lines: list[str]
    tree: ast.Module
    definitions: list[Definition]

    @property
    def name(self) -> str:
        """The path as the reader of a message would type it."""
        return self.path.relative_to(ROOT).as_posix()

    def functions(self) -> Iterator[FunctionNode]:
        """Every function and method, nested ones included."""
        return (node for node in self.definitions if isinstance(node, FunctionNode))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class, nested ones included."""
        return (node for node in self.definitions if isinstance(node, ast.ClassDef))


def sources(*packages: str) -> Iterator[Source]:
    """The modules of these packages that exist."""
    for path in sorted(path for package in packages for path in (ROOT / package).rglob("*.py")):
        yield _parsed(path)


@cache
def _parsed(path: Path) -> Source:
    """A module, which several rules look at."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    definitions = [node for node in ast.walk(tree) if isinstance(node, Definition)]
    return Source(path, text.splitlines(), tree, definitions)


def length(node: Definition) -> int:
    """Lines from the `def` or `class` to the end, decorators not counted."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def long_files(source: Source) -> Iterator[str]:
    """Files over the limit."""
    if len(source.lines) > FILE_LINES:
        yield f"{source.name}: {len(source.lines)} lines, at most {FILE_LINES}: make it a package"


def long_classes(source: Source) -> Iterator[str]:
    """Classes over the limit."""
    for node in source.classes():
        if length(node) > CLASS_LINES:
            yield f"{source.name}:{node.lineno} {node.name}: {length(node)} lines of {CLASS_LINES}"


def long_functions(source: Source) -> Iterator[str]:
    """Functions over the limit."""
    for node in source.functions():
        if length(node) > FUNCTION_LINES:
            yield (
                f"{source.name}:{node.lineno} {node.name}: {length(node)} lines of {FUNCTION_LINES}"
            )


def long_lines(source: Source) -> Iterator[str]:
    """Lines over the limit, strings included, which the formatter leaves alone."""
    for number, line in enumerate(source.lines, 1):
        if len(line) > LINE_LENGTH:
            yield f"{source.name}:{number}: {len(line)} characters of {LINE_LENGTH}"


def missing_returns(source: Source) -> Iterator[str]:
    """Functions that do not say what they return."""
    for node in source.functions():
        if node.returns is None:
            yield f"{source.name}:{node.lineno} {node.name}: no return annotation"


RULES = (long_files, long_classes, long_functions, long_lines, missing_returns)


def test_code_stays_within_its_budget() -> None:
    breaches, lengths = list[str](), list[int]()
    for source in sources(*PACKAGES):
        breaches += [breach for rule in RULES for breach in rule(source)]
        if source.name.startswith(("backend", "tui")):
            lengths += [length(node) for node in source.functions()]
    assert not breaches, "\n" + "\n".join(breaches)
    assert median(lengths) <= MEDIAN_LINES


def public_definitions(body: list[ast.stmt]) -> Iterator[Definition]:
    """What other modules may use: public names, and those inside public classes."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body)


def undocumented(source: Source) -> Iterator[Definition]:
    """Public definitions without a docstring."""
    for node in public_definitions(source.tree.body):
        if ast.get_docstring(node) is None:
            yield node


def test_the_backend_says_what_it_is() -> None:
    breaches = []
    for source in sources("backend"):
        if source.lines and ast.get_docstring(source.tree) is None:
            breaches.append(f"{source.name}: the module has no docstring")
        breaches += [f"{source.name}:{node.lineno} {node.name}" for node in undocumented(source)]
    assert not breaches, "without a docstring:\n" + "\n".join(breaches)


def test_the_classes_of_the_console_say_what_they_are() -> None:
    breaches = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources("tui")
        for node in undocumented(source)
        if isinstance(node, ast.ClassDef)
    ]
    assert not breaches, "without a docstring:\n" + "\n".join(breaches)
