"""The `bursar` command, the composition root; everything heavy is imported where it is used."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence

from backend.core.errors import BursarError
from tui.cli.arguments import Command, parser
from tui.cli.output import DONE, INTERRUPTED, crashed, flush, let_go, make_safe, told

__all__ = ["main", "parser"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code; no traceback reaches the user."""
    gc.disable()  # imports make no garbage; the console turns it on after its first picture
    make_safe()
    try:
        code = guarded(parser().parse_args(arguments))
    finally:
        let_go()
    sys.exit(code)


def guarded(options: argparse.Namespace) -> int:
    """The exit code of a command, its failures told on stderr."""
    command: Command = options.command
    code = DONE
    try:
        code = command(options)
        flush()
    except BursarError as error:
        return told(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has had enough
        return code
    except Exception as error:
        return crashed(error)
    return code
