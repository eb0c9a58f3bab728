"""Completion for fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.cli.shells import LIST_CONTEXTS

if TYPE_CHECKING:
    from tui.cli.completion import Argument, Word

HEAD = """\
# fish completion for bursar. To use it now:   bursar completion fish | source
# For every shell:   bursar completion fish > ~/.config/fish/completions/bursar.fish

complete -c bursar -f
"""


def script(commands: Sequence[Word]) -> str:
    """The script for these commands; the first is what stands before them."""
    return HEAD + "".join(
        f"complete -c bursar {line}\n" for one in commands for line in _lines(one)
    )


def _lines(command: Word) -> Iterator[str]:
    where = "-n __fish_use_subcommand"
    if command.name:
        yield f"{where} -a {command.name} -d {_quoted(command.help)}"
        where = f"-n {_quoted(f'__fish_seen_subcommand_from {command.name}')}"
    for option in command.options:
        flags = " ".join(_flag(flag) for flag in option.flags)
        yield f"{where} {flags}{_value(option)} -d {_quoted(option.help)}"
    if command.operand is not None and (value := _operand(command.operand)):
        yield f"{where} {value}"


def _flag(flag: str) -> str:
    return f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"


def _value(option: Argument) -> str:
    if not option.takes:
        return ""
    if option.kind == "file":
        return " -r -F"
    if option.kind == "columns":
        names = " ".join(option.words)
        return f" -x -a {_quoted(f'(__fish_append , {names})')}"
    words = f"(bursar {LIST_CONTEXTS})" if option.kind == "context" else " ".join(option.words)
    return f" -x -a {_quoted(words)}" if words else " -x"


def _operand(operand: Argument) -> str:
    if operand.kind == "file":
        return "-F"
    return f"-a {_quoted(' '.join(operand.words))}" if operand.words else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
