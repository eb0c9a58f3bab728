"""What the command understands. Commands are named as `module:function`, so that none is
imported before it runs, and say what they take when they are chosen."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, NoReturn, cast

from backend.core.text import display
from tui import VERSION

EPILOG = "stdout is data, stderr is narration; exit codes: 0 done, 1 refused or found something, \
2 usage, 3 unreachable, 70 crash, 128+n signal n"
FORMATS = ("table", "csv", "json", "jsonl")
THEMES = ("bursar-dark", "bursar-light", "high-contrast", "ansi")
SHELLS = ("bash", "zsh", "fish")
FILES, CONTEXTS = "FILE", "CONTEXT"
"""Metavars that shells complete by themselves."""
ELSEWHERE = {"audit": "journal", "verify": "mismatches"}
"""Names that the console has for what is listed here."""
NUMBERED = {"APPLICATION": "applications", "SERIAL": "commissions"}
"""The lists that tell numbers."""

Command = Callable[[argparse.Namespace], int]
Fill = Callable[["Parser"], None]


class Parser(argparse.ArgumentParser):
    """A parser that is told what it takes only when it is used: a start without a command
    pays for none."""

    def __init__(self, *, fill: Fill | None = None, **given: Any) -> None:
        super().__init__(allow_abbrev=False, **given)
        self._fill = fill

    def filled(self) -> Parser:
        """This parser with everything it takes."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)
        return self

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As ever, once filled; what is not known is told here, with the usage of the command
        that does not know it."""
        found, unknown = super(Parser, self.filled()).parse_known_args(args, namespace)
        for option in (one.partition("=")[0] for one in unknown):
            if option.startswith("-"):
                self.error(f"no option {option}{_guess(option, self._option_string_actions)}")
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Say what was wrong; what was typed may hold anything."""
        super().error(display(message))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """As ever; one word in place of all where one is nearly what was typed."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            if guess := _guess(str(value), map(str, action.choices or ())):
                told = f"invalid choice: {value!r}{guess}"
                raise argparse.ArgumentError(action, told) from error
            raise

    def option(self, *flags: str, **given: Any) -> None:
        """An option that leaves what was typed before the command alone when it is not typed."""
        self.add_argument(*flags, default=argparse.SUPPRESS, **given)


def _guess(typed: str, known: Iterable[str]) -> str:
    """What is nearly what was typed, `` where nothing is."""
    from difflib import get_close_matches

    close = get_close_matches(ELSEWHERE.get(typed, typed), list(known), 1)
    return f", did you mean {close[0]}?" if close else ""


def run(name: str) -> Command:
    """The command `module:function`, imported when it runs."""

    def command(options: argparse.Namespace) -> int:
        module, _, function = name.partition(":")
        return cast("Command", getattr(import_module(f"tui.cli.{module}"), function))(options)

    return command


def parser() -> Parser:
    """The whole command."""
    found = Parser(
        prog="bursar",
        description="A console for those who decide who gets how much of a cloud.",
        epilog=EPILOG,
    )
    found.add_argument("--version", action="version", version=f"bursar {VERSION}")
    found.set_defaults(command=run("console:console"), read_only=False)
    found.set_defaults(**dict.fromkeys(("database", "context", "glyphs", "theme")), mouse=True)
    target(found)
    read_only(found)
    looks(found)
    commands = found.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for name, (help, fill) in COMMANDS.items():
        commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.", fill=fill)
    return found


def target(found: Parser) -> None:
    """What a command works on."""
    one = found.add_mutually_exclusive_group()
    suppressed: dict[str, Any] = {"default": argparse.SUPPRESS}
    one.add_argument(
        "--database", metavar="URL", help="a path, or postgresql://HOST/NAME", **suppressed
    )
    one.add_argument(
        "--context", metavar=CONTEXTS, help="a context of the configuration", **suppressed
    )


def read_only(found: Parser) -> None:
    """For whoever only looks."""
    found.option("--read-only", action="store_true", help="look, change nothing")


def looks(found: Parser) -> None:
    """How the console is drawn, and what it listens to."""
    found.option(
        "--glyphs",
        choices=("auto", "unicode", "ascii"),
        help="characters for bars and boxes; auto looks at the terminal",
    )
    found.option("--theme", choices=THEMES, help="colours; ansi uses the terminal's own")
    found.option(
        "--no-mouse",
        dest="mouse",
        action="store_false",
        help="leave the mouse to the terminal, to select text with",
    )


def positive(text: str) -> int:
    """A whole number of at least 1."""
    try:
        number = int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from error
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def words(text: str) -> str:
    """A text that can be stored: valid UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise argparse.ArgumentTypeError("it is not valid UTF-8") from error
    return text


def number(noun: str) -> Callable[[str], int]:
    """What reads the number of an application or commission, with or without #."""

    def read(text: str) -> int:
        if not (found := text.removeprefix("#")).isdecimal():
            told = f"{text!r} is no number; bursar {NUMBERED[noun]} lists them"
            raise argparse.ArgumentTypeError(told)
        return positive(found)

    return read


# ---------------------------------------------------------------- the commands


def _demo(found: Parser) -> None:
    found.add_argument("--scale", type=positive, default=1, metavar="N", help="N times the size")
    found.add_argument("--seed", type=int, default=1, metavar="N", help="another world")
    read_only(found)
    looks(found)
    found.set_defaults(command=run("console:demo"))


def _list(name: str) -> Fill:
    def fill(found: Parser) -> None:
        from tui.cli.fields import described

        columns, sorts, views = described(name)
        found.add_argument("filter", nargs="*", type=words, metavar="FILTER", help="as after /")
        target(found)
        if views:
            found.add_argument("--view", choices=views, default="", help="which of them")
        formats(found)
        found.add_argument("--columns", metavar="A,B", help="which columns, in this order")
        if sorts:
            found.add_argument("--sort", choices=sorts, default="", help="the column to sort by")
        found.add_argument("--reverse", action="store_true", help="the other way round")
        found.add_argument("--limit", type=positive, metavar="N", help="at most so many rows")
        found.add_argument(
            "--units",
            choices=("auto", "bytes", "raw"),
            help="amounts as 24G, as 25,769,803,776, or as digits; auto in tables, raw in CSV",
        )
        found.epilog = f"columns: {', '.join(columns)}"
        found.set_defaults(command=run("lists:listed"), what=name)

    return fill


def formats(found: Parser) -> None:
    """How rows are written."""
    found.add_argument("--format", choices=FORMATS, default="table", help="default: table")


def _decision(verb: str, noun: str) -> Fill:
    def fill(found: Parser) -> None:
        found.add_argument("numbers", nargs="+", type=number(noun), metavar=noun, help="its number")
        target(found)
        read_only(found)
        found.add_argument("--reason", type=words, default="", metavar="TEXT", help="is journalled")
        found.add_argument("--dry-run", action="store_true", help="show what it would do, and end")
        found.add_argument("--yes", action="store_true", help="do not ask")
        found.add_argument(
            "--yes-really",
            type=words,
            metavar="NAME",
            help=f'consent to what is dangerous: the project\'s name, or "{verb} N" for N at once',
        )
        found.add_argument("--format", choices=("text", "json"), default="text", help="of receipts")
        found.set_defaults(command=run("decisions:decided"), verb=verb)

    return fill


def _import(found: Parser) -> None:
    found.add_argument("file", metavar=FILES, help="a world file, - for standard input")
    target(found)
    found.add_argument("--merge", action="store_true", help="add to what is there already")
    found.set_defaults(command=run("data:import_world"))


def _export(found: Parser) -> None:
    found.add_argument("file", metavar=FILES, help="where to, - for standard output")
    target(found)
    found.set_defaults(command=run("data:export_world"))


def _check(found: Parser) -> None:
    target(found)
    found.set_defaults(command=run("data:check"))


def _backup(found: Parser) -> None:
    found.add_argument("file", metavar=FILES, help="the copy, which must not exist yet")
    target(found)
    found.set_defaults(command=run("data:backup"))


def _serve(found: Parser) -> None:
    from pathlib import Path

    target(found)
    one = found.add_mutually_exclusive_group()
    one.add_argument("--bind", metavar="HOST:PORT", help="default: 127.0.0.1:8470")
    one.add_argument("--unix", type=Path, metavar=FILES, help="a Unix socket instead")
    found.add_argument("--tls-cert", type=Path, metavar=FILES, help="the certificate chain")
    found.add_argument("--tls-key", type=Path, metavar=FILES, help="its private key")
    found.add_argument(
        "--behind-proxy", action="store_true", help="a proxy has the TLS, and tells who asks"
    )
    found.add_argument(
        "--nico-issuers",
        type=Path,
        metavar=FILES,
        help="whose signed tokens open NICo's API (TOML)",
    )
    found.add_argument(
        "--nico-name",
        dest="nico_names",
        metavar="NAME",
        action="append",
        default=[],
        help="what NICo's API is called besides nico, such as carbide; may be repeated",
    )
    found.add_argument(
        "--no-access-log", dest="access_log", action="store_false", help="no line per request"
    )
    found.set_defaults(command=run("serve:serve"))


def _token(found: Parser) -> None:
    actions = ("add", "list", "revoke")
    found.add_argument("what", choices=actions, metavar="ACTION", help=", ".join(actions))
    found.add_argument("name", nargs="?", type=words, default="", metavar="NAME", help="its name")
    target(found)
    found.add_argument(
        "--grant",
        action="append",
        default=[],
        type=words,
        metavar="SYSTEM:ROLE[:SCOPE]",
        help="what it opens: bursar:admin, bursar:approver or bursar:viewer for a console, "
        "astakos:service:NAME for a service; see docs/operations.md",
    )
    found.add_argument("--expires", type=words, metavar="WHEN", help="90d, or a date")
    formats(found)
    found.add_argument("--columns", metavar="A,B", help="of the list, in this order")
    found.set_defaults(command=run("token:token"))


def _notify(found: Parser) -> None:
    target(found)
    one = found.add_mutually_exclusive_group()
    one.add_argument("--once", action="store_true", help="send what waits, and end")
    one.add_argument("--dry-run", action="store_true", help="list what waits, and end")
    one.add_argument(
        "--skip-to", type=positive, metavar="SEQ", help="leave out what waits up to this entry"
    )
    formats(found)
    found.add_argument("--columns", metavar="A,B", help="of what waits, in this order")
    found.set_defaults(command=run("notify:notify"))


def _contexts(found: Parser) -> None:
    formats(found)
    found.add_argument("--columns", metavar="A,B", help="which columns, in this order")
    found.set_defaults(command=run("contexts:contexts"))


def _doctor(found: Parser) -> None:
    target(found)
    found.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    found.set_defaults(command=run("doctor:doctor"))


def _completion(found: Parser) -> None:
    found.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    found.set_defaults(command=run("completion:completion"))


COMMANDS: dict[str, tuple[str, Fill]] = {
    "demo": ("the console on a throw-away demo world, with traffic", _demo),
    "projects": ("projects as a list", _list("projects")),
    "applications": ("waiting applications as a list, the oldest first", _list("applications")),
    "users": ("people as a list, those who wait for moderation first", _list("users")),
    "quotas": ("holdings and effective limits as a list", _list("quotas")),
    "resources": ("resources and their defaults as a list", _list("resources")),
    "mismatches": ("limits that are not what projects say as a list", _list("mismatches")),
    "commissions": ("pending commissions as a list", _list("commissions")),
    "allocations": ("who holds how much of what as a list, of all systems", _list("allocations")),
    "codes": ("project codes, the limit of each once, as a list", _list("codes")),
    "services": ("services of OpenPortal as a list", _list("services")),
    "awards": ("awards of other portals as a list, those that wait first", _list("awards")),
    "remote-projects": ("awards to other portals as a list", _list("remote-projects")),
    "constraints": (
        "what tenants of NICo are given, and what that may become",
        _list("constraints"),
    ),
    "types": ("machines of each instance type, given, used and left, as a list", _list("types")),
    "blocks": ("address blocks and what is free of them as a list", _list("blocks")),
    "inventories": ("what providers have and how much is used as a list", _list("inventories")),
    "providers": ("resource providers in their trees as a list", _list("providers")),
    "journal": ("who changed what as a list, newest first", _list("journal")),
    "approve": ("grant waiting applications", _decision("approve", "APPLICATION")),
    "deny": ("refuse waiting applications", _decision("deny", "APPLICATION")),
    "accept": ("make pending commissions final", _decision("accept", "SERIAL")),
    "reject": ("take pending commissions back", _decision("reject", "SERIAL")),
    "import": ("fill a database from a world file", _import),
    "export": ("write a database as a world file", _export),
    "check": ("verify invariants, journal replay and hash chain", _check),
    "backup": ("copy a live database safely", _backup),
    "serve": ("offer a database to clients, services and consoles", _serve),
    "token": ("who may present which token to a server", _token),
    "notify": ("send notices of decisions where no console does", _notify),
    "contexts": ("what is configured, and whether it answers", _contexts),
    "doctor": ("what is fine here, and what to do about the rest", _doctor),
    "completion": ("what makes a shell complete this command", _completion),
}
