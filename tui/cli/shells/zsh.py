"""Completion for zsh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.cli.shells import LIST_CONTEXTS

if TYPE_CHECKING:
    from tui.cli.completion import Argument, Word

HEAD = """\
#compdef bursar
# zsh completion for bursar. To use it now:   source <(bursar completion zsh)
# For every shell:   bursar completion zsh > a directory of $fpath/_bursar

_bursar_contexts() {
    local -a found
    found=(${(f)"$(bursar %s)"})
    _describe context found
}
_bursar_commands() {
    local -a found
    found=(
%s    )
    _describe command found
}
_bursar() {
    local curcontext=$curcontext state line
    _arguments -C \\
%s        '1:command:_bursar_commands' \\
        '*::argument:->argument'
    [[ $state == argument ]] || return
    case $line[1] in
"""
TAIL = """\
    esac
}
if [[ $funcstack[1] == _bursar ]]; then _bursar "$@"; else compdef _bursar bursar; fi
"""


def script(commands: Sequence[Word]) -> str:
    """The script for these commands; the first is what stands before them."""
    first, *rest = commands
    names = "".join(f"        {_quoted(f'{one.name}:{one.help}')}\n" for one in rest)
    options = "".join(f"        {spec} \\\n" for spec in _specs(first))
    return HEAD % (LIST_CONTEXTS, names, options) + "".join(map(_case, rest)) + TAIL


def _case(command: Word) -> str:
    specs = list(_specs(command))
    if command.operand is not None:
        specs.append(_quoted(f"*:{_plain(command.operand.help)}:{_action(command.operand)}"))
    joined = " \\\n            ".join(specs)
    return f"        {command.name}) _arguments \\\n            {joined} ;;\n"


def _specs(command: Word) -> Iterator[str]:
    for option in command.options:
        for flag in option.flags:
            told = f"[{_plain(option.help)}]"
            if not option.takes:
                yield _quoted(f"{flag}{told}")
            else:
                yield _quoted(f"{flag}={told}:{_plain(flag.lstrip('-'))}:{_action(option)}")


def _action(argument: Argument) -> str:
    words = " ".join(argument.words)
    if argument.kind == "columns":
        return f"_values -s , column {words}"
    if argument.kind:
        return {"file": "_files", "context": "_bursar_contexts"}[argument.kind]
    return f"({words})" if words else ""


def _plain(text: str) -> str:
    """Within a specification these signs mean something."""
    for sign in "\\[]:":
        text = text.replace(sign, f"\\{sign}")
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
