"""`bursar completion SHELL`: what makes bash, zsh or fish complete the command, written from
its parser."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from tui.cli.arguments import CONTEXTS, FILES, Parser, parser
from tui.cli.output import DONE, write
from tui.cli.shells import bash, fish, zsh

if TYPE_CHECKING:
    from tui.cli.columns import Field

FILE, CONTEXT, COLUMNS, NOTHING = "file", "context", "columns", ""
_KINDS = {FILES: FILE, "URL": FILE, CONTEXTS: CONTEXT}


@dataclass(frozen=True, slots=True)
class Argument:
    """An option, or without flags an operand. `kind` says what its value is, `words` which
    values there are; `takes` is false for options without a value."""

    flags: tuple[str, ...]
    help: str
    kind: str = NOTHING
    words: tuple[str, ...] = ()
    takes: bool = True


@dataclass(frozen=True, slots=True)
class Word:
    """A command, or with the name `` what may stand before one."""

    name: str
    help: str
    options: tuple[Argument, ...]
    operand: Argument | None


def completion(options: argparse.Namespace) -> int:
    """Write the script of a shell."""
    scripts: dict[str, Callable[[Sequence[Word]], str]] = {
        "bash": bash.script,
        "zsh": zsh.script,
        "fish": fish.script,
    }
    write(scripts[options.shell](list(commands())))
    return DONE


def commands() -> Iterator[Word]:
    """What may stand before a command, then every command."""
    whole = parser()
    yield _word("", "", whole)
    (found,) = (one for one in whole._actions if isinstance(one, argparse._SubParsersAction))
    helps = {one.dest: one.help or "" for one in found._get_subactions()}
    for name, one in found.choices.items():
        yield _word(name, helps[name], one.filled())


def _word(name: str, help: str, found: Parser) -> Word:
    plain = [one for one in found._actions if not isinstance(one, argparse._SubParsersAction)]
    arguments = [_argument(name, one) for one in plain]
    operands = [one for one in arguments if not one.flags]
    options = tuple(one for one in arguments if one.flags)
    return Word(name, help, options, operands[0] if operands else None)


def _argument(command: str, action: argparse.Action) -> Argument:
    words = tuple(map(str, action.choices or ()))
    kind = _KINDS.get(str(action.metavar), NOTHING)
    if action.dest == "columns":
        kind, words = COLUMNS, tuple(_columns(command))
    flags, takes = tuple(action.option_strings), action.nargs != 0
    return Argument(flags, (action.help or "").replace("%%", "%"), kind, words, takes)


def _columns(command: str) -> list[str]:
    if command in ("contexts", "notify", "token"):
        fields: Sequence[Field] = import_module(f"tui.cli.{command}").FIELDS
        return [field.name for field in fields]
    from tui.cli.fields import described

    return described(command)[0]
