"""Completion for bash, 3.2 and later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.cli.shells import LIST_CONTEXTS

if TYPE_CHECKING:
    from tui.cli.completion import Argument, Word

HEAD = """\
# bash completion for bursar. To use it now:   source <(bursar completion bash)
# For every shell:   bursar completion bash > ~/.local/share/bash-completion/completions/bursar

_bursar_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_bursar_files() {
    local IFS=$'\\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
}
_bursar_contexts() { _bursar_words "$("${COMP_WORDS[0]}" %s)"; }
_bursar_columns() {
    compopt -o nospace 2>/dev/null
    COMPREPLY=($(compgen -P "${cur%%"${cur##*,}"}" -W "$1" -- "${cur##*,}"))
}
_bursar() {
    local cur prev word command='' i
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD-1]}
    if [[ $cur == = ]]; then
        cur=''
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            %s)
                ((i++))
                if [[ ${COMP_WORDS[i]} == = ]]; then ((i++)); fi ;;
            -*) ;;
            *) command=$word; break ;;
        esac
    done
    case "$command $prev" in
"""
MIDDLE = """\
    esac
    case "$command $cur" in
"""
TAIL = """\
    esac
}
complete -F _bursar bursar
"""


def script(commands: Sequence[Word]) -> str:
    """The script for these commands; the first is what stands before them."""
    valued = [flag for one in commands[0].options if one.takes for flag in one.flags]
    return (
        HEAD % (LIST_CONTEXTS, " | ".join(valued))
        + "".join(_values(commands))
        + MIDDLE
        + "".join(_words(commands))
        + TAIL
    )


def _values(commands: Sequence[Word]) -> Iterator[str]:
    """What comes after an option that takes a value."""
    for command in commands:
        for option in command.options:
            if option.takes:
                where = " | ".join(f'"{command.name} {flag}"' for flag in option.flags)
                yield f"        {where}) {_call(option)} return ;;\n"


def _words(commands: Sequence[Word]) -> Iterator[str]:
    names = " ".join(command.name for command in commands[1:])
    for command in commands:
        flags = " ".join(flag for option in command.options for flag in option.flags)
        yield f'        "{command.name} -"*) _bursar_words "{flags}" ;;\n'
        if not command.name:
            yield f'        " "*) _bursar_words "{names}" ;;\n'
        elif command.operand is not None and (call := _call(command.operand)):
            yield f'        "{command.name} "*) {call} ;;\n'


def _call(argument: Argument) -> str:
    words = " ".join(argument.words)
    if argument.kind == "columns":
        return f'_bursar_columns "{words}";'
    if argument.kind:
        return f"_bursar_{argument.kind}s;"
    return f'_bursar_words "{words}";' if words else ""
