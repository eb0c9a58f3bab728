"""The `bursar` command, the composition root; everything heavy is imported where it is used."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backend.core.errors import BursarError, Invalid, Unreachable
from backend.core.text import display
from tui import VERSION
from tui.files import reading, writing

if TYPE_CHECKING:
    from backend.embedded import EmbeddedBackend

DONE, REFUSED, USAGE, UNREACHABLE, CRASHED = 0, 1, 2, 3, 70
INTERRUPTED = 130

EPILOG = "stdout is data, stderr is narration; exit codes: 0 done, 1 refused or found something, \
2 usage, 3 unreachable, 70 crash, 128+n signal n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code; no traceback reaches the user."""
    gc.disable()  # imports make no garbage; the console turns it on after its first picture
    code = guarded(parser().parse_args(arguments))
    let_go()
    sys.exit(code)


def guarded(options: argparse.Namespace) -> int:
    """The exit code of a command, its failures told on stderr."""
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except BursarError as error:
        return told(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has had enough
        return DONE
    except Exception:
        return crashed()


def let_go() -> None:
    """Flush what is left; a reader or terminal that is gone must not change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def told(error: BursarError) -> int:
    """Say what failed and what to do about it."""
    say(f"bursar: {error.title}: {error.message}")
    if error.hint:
        say(f"  {error.hint}")
    if isinstance(error, Unreachable):
        return UNREACHABLE
    return USAGE if isinstance(error, Invalid) and error.data.get("usage") else REFUSED


def crashed() -> int:
    """Keep the details of an unexpected error in the log."""
    import logging

    logging.getLogger("bursar").critical("crashed", exc_info=True)
    say(f"bursar: stopped because of an error of its own; details in {start_log()}")
    return CRASHED


def say(text: str) -> None:
    """Narrate on stderr."""
    print(display(text), file=sys.stderr)


def start_log() -> Path:
    """Log to the state directory."""
    from platformdirs import user_state_path

    from tui import logs

    return logs.start(user_state_path("bursar"))


# ---------------------------------------------------------------- arguments


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    found = argparse.ArgumentParser(
        prog="bursar",
        description="A console for those who decide who gets how much of a cloud.",
        epilog=EPILOG,
    )
    found.add_argument("--version", action="version", version=f"bursar {VERSION}")
    database_argument(found, required=False)
    found.add_argument("--read-only", action="store_true", help="look, change nothing")
    glyphs_argument(found)
    found.set_defaults(command=console)
    commands = found.add_subparsers(title="commands", metavar="COMMAND")
    _demo(commands.add_parser("demo", help="the console on a throw-away demo world, with traffic"))
    _import(commands.add_parser("import", help="fill a database from a world file"))
    _export(commands.add_parser("export", help="write a database as a world file"))
    _check(commands.add_parser("check", help="verify invariants, journal replay and hash chain"))
    _backup(commands.add_parser("backup", help="copy a live database safely"))
    return found


def database_argument(found: argparse.ArgumentParser, *, required: bool = True) -> None:
    """The database that a command works on."""
    default = "" if required else "; default: local.db in the data directory"
    found.add_argument(
        "--database", metavar="URL", required=required, help=f"a path or sqlite:///PATH{default}"
    )


def glyphs_argument(found: argparse.ArgumentParser) -> None:
    """Which characters are drawn with."""
    found.add_argument(
        "--glyphs",
        choices=("auto", "unicode", "ascii"),
        default="auto",
        help="characters for bars and boxes; auto looks at the terminal",
    )


def _demo(found: argparse.ArgumentParser) -> None:
    found.add_argument("--scale", type=positive, default=1, metavar="N", help="N times the size")
    found.add_argument("--seed", type=int, default=1, metavar="N", help="another world")
    found.add_argument("--read-only", action="store_true", help="look, change nothing")
    glyphs_argument(found)
    found.set_defaults(command=demo)


def _import(found: argparse.ArgumentParser) -> None:
    found.add_argument("file", metavar="FILE", help="a world file, - for standard input")
    database_argument(found)
    found.add_argument("--merge", action="store_true", help="add to what is there already")
    found.set_defaults(command=import_world)


def _export(found: argparse.ArgumentParser) -> None:
    found.add_argument("file", metavar="FILE", help="where to, - for standard output")
    database_argument(found)
    found.set_defaults(command=export_world)


def _check(found: argparse.ArgumentParser) -> None:
    database_argument(found)
    found.set_defaults(command=check)


def _backup(found: argparse.ArgumentParser) -> None:
    found.add_argument("file", metavar="FILE", help="the copy, which must not exist yet")
    database_argument(found)
    found.set_defaults(command=backup)


def positive(text: str) -> int:
    """A whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def database_path(url: str | None) -> Path:
    """The file that `--database` names. Raises Invalid for what is no file."""
    if url is None:
        from platformdirs import user_data_path

        folder = user_data_path("bursar")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / "local.db"
    scheme, found, rest = url.partition("://")
    if not found:
        return Path(url).expanduser()
    if scheme != "sqlite" or not rest.startswith("/"):
        hint = "give a path, or sqlite:///PATH"
        raise Invalid(f"--database {url}: no such kind", hint=hint, data={"usage": True})
    return Path(rest[1:]).expanduser()


# ---------------------------------------------------------------- commands


def console(options: argparse.Namespace) -> int:
    """The console on a database."""
    from backend.embedded import open_embedded

    path = database_path(options.database)
    backend = open_embedded(path, read_only=options.read_only)
    return show(backend, path.stem, options)


def show(backend: EmbeddedBackend, context: str, options: argparse.Namespace) -> int:
    """Run the console until it is left, then close the backend."""
    from tui.app import BursarApp
    from tui.format.glyphs import choose
    from tui.session import Session, Settings

    log = start_log()
    settings = Settings(context, read_only=options.read_only, glyphs=choose(options.glyphs))
    app = BursarApp(Session(backend, settings))
    try:
        app.run()
    finally:
        backend.shut()
    if app.crashed:
        say(f"details in {log}")
        return CRASHED
    return app.return_code or DONE


def demo(options: argparse.Namespace) -> int:
    """The console on a demo world that is thrown away."""
    import tempfile

    from backend.core.runtime import system_runtime
    from backend.demo import Traffic, generate
    from backend.embedded import open_embedded
    from backend.world import load

    with tempfile.TemporaryDirectory(prefix="bursar-demo-") as folder:
        backend = open_embedded(Path(folder) / "demo.db")
        world = generate(options.seed, system_runtime().now(), options.scale)
        load(backend.database, world, progress=progress)
        backend.shut()
        backend = open_embedded(Path(folder) / "demo.db", read_only=options.read_only)
        with Traffic(backend.database, options.seed):
            return show(backend, "demo", options)


def import_world(options: argparse.Namespace) -> int:
    """Fill a database from a world file."""
    from backend.core.database import open_database
    from backend.schema import STEPS
    from backend.world import load

    database = open_database(database_path(options.database), STEPS)
    try:
        with reading(options.file) as source:
            report = load(database, source, merge=options.merge, progress=progress)
    finally:
        database.close()
    print(report)
    return DONE


def export_world(options: argparse.Namespace) -> int:
    """Write a database as a world file."""
    from backend.core.database import open_database
    from backend.schema import STEPS
    from backend.world import dump

    database = open_database(database_path(options.database), STEPS, read_only=True)
    try:
        with writing(options.file) as target:
            dump(database, target)
    finally:
        database.close()
    return DONE


def progress(what: str, done: int, total: int) -> None:
    """Tell how far a long command is, where somebody watches."""
    if sys.stderr.isatty():
        of = f" of {total}" if total else ""
        end = "\n" if done == total else ""
        print(f"\r\x1b[K{display(what)} {done}{of}", end=end, file=sys.stderr, flush=True)


def check(options: argparse.Namespace) -> int:
    """Look for whatever must not be; 1 when something is found."""
    from backend.check import findings
    from backend.core.database import open_database
    from backend.schema import STEPS

    database = open_database(database_path(options.database), STEPS, read_only=True)
    try:
        found = database.read(lambda tx: list(findings(tx)))
    finally:
        database.close()
    for line in found:
        print(display(line))
    say(f"{len(found)} findings" if found else "sound: invariants, journal replay, hash chain")
    return REFUSED if found else DONE


def backup(options: argparse.Namespace) -> int:
    """Copy a live database."""
    from backend.core.database import open_database
    from backend.schema import STEPS

    database = open_database(database_path(options.database), STEPS, read_only=True)
    try:
        database.backup(Path(options.file))
    finally:
        database.close()
    say(f"copied to {options.file}")
    return DONE
