"""What every test stands on: a still screen, no ambient settings, no silent skips in CI."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import openstack, places
from tests import postgres as postgresql

ROOT = Path(__file__).resolve().parent.parent
IN_CI = bool(os.environ.get("CI"))

# They change pictures, so neither the tests nor the workers of xdist see them.
READ_ON_IMPORT = {"TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "TEXTUAL_FILTERS", "TEXTUAL_DIM_FACTOR"}
AMBIENT = {name for name in (*READ_ON_IMPORT, "NO_COLOR") if os.environ.pop(name, None) is not None}

LONG = ROOT / "tests" / "world"

MEMORY = Path("/dev/shm")
ENOUGH = 2 << 30
"""Bytes: many times what tests that run at once keep."""

# No test waits for a disk where memory will do; what is killed here is processes, not machines.
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")


def pytest_xdist_auto_num_workers() -> int:
    """Three for each core: tests wait for terminals, servers and others more than half of their
    time, and cores should not."""
    return 3 * (os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a run whose Textual was imported, by the snapshot plugin, under foreign settings."""
    too_late = AMBIENT & READ_ON_IMPORT
    if too_late and not config.getoption("numprocesses", None):
        raise pytest.UsageError(f"unset {', '.join(sorted(too_late))}, or run the tests with -n")
    if hasattr(config, "workerinput"):
        _no_unused_pictures()


def _no_unused_pictures() -> None:
    """Each worker looks, several times and through all tests, for pictures that belong to none of
    those that it ran, which says nothing and is told to nobody."""
    from syrupy.data import SnapshotCollections
    from syrupy.report import SnapshotReport

    nothing: Any = property(lambda self: SnapshotCollections())
    SnapshotReport.unused = nothing  # type: ignore[method-assign]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left alone with it at the end. What
    asks for a PostgreSQL takes long, whatever it does with it."""
    items.sort(key=lambda item: LONG not in item.path.parents)
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """What was collected stays; looking through it again and again for garbage takes long, and so
    does looking for what a console has not let go of yet."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True, scope="session")
def _no_user_directories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests away from the configuration and data of whoever runs them."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        patch.delenv("DATABASE_URL", raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def _still_cursors() -> Iterator[None]:
    """A cursor that blinks makes a picture depend on when it was taken."""
    from textual.widgets import Input, TextArea

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Input, "_toggle_cursor", lambda self: None)
        patch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda self: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_naps() -> Iterator[None]:
    """Textual takes a nap of 20 ms, a few times for each key, to see whether an app is at rest;
    asks each widget for that."""
    from tests import rest

    with pytest.MonkeyPatch.context() as patch:
        rest.no_naps(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_typists() -> Iterator[None]:
    """What a console does once keys or the cursor have rested, it does at once; tests wait for it
    after each key."""
    rests = ("forms.screen.PATIENCE", "panes.listpane.RESTING", "panes.queried.TYPED")
    with pytest.MonkeyPatch.context() as patch:
        for name in (*rests, "widgets.menu.TYPING"):
            patch.setattr(f"tui.{name}", 0.001)
        yield


@pytest.fixture(autouse=True, scope="session")
def _styles_parsed_once() -> Iterator[None]:
    """Every app parses all styles several times, always the same with the same colours."""
    from textual.css.stylesheet import Stylesheet

    parsed: dict[frozenset[tuple[str, str]], Any] = {}
    begin, change = Stylesheet.__init__, Stylesheet.set_variables

    def share(sheet: Stylesheet, variables: dict[str, str] | None) -> None:
        known = parsed.setdefault(frozenset((variables or {}).items()), {})
        sheet._parse_cache = known

    def begun(self: Stylesheet, *, variables: dict[str, str] | None = None) -> None:
        begin(self, variables=variables)
        share(self, variables)

    def changed(self: Stylesheet, variables: dict[str, str]) -> None:
        share(self, None)
        change(self, variables)
        share(self, variables)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "__init__", begun)
        patch.setattr(Stylesheet, "set_variables", changed)
        yield


@pytest.fixture(autouse=True, scope="session")
def _clients_begin_quickly() -> Iterator[None]:
    """Every HTTP client reads the certificates of all authorities, and looks for an absent module
    at each request."""
    from httpx._config import create_ssl_context as read

    @cache
    def once(_: tuple[str | None, ...]) -> Any:
        return read()

    def kept(verify: Any = True, cert: Any = None, trust_env: bool = True) -> Any:
        if verify is not True or cert is not None or not trust_env:
            return read(verify, cert, trust_env)
        return once(tuple(map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR"))))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", kept)
        if find_spec("sniffio") is None:
            patch.setitem(sys.modules, "sniffio", None)
        yield


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """A command that runs in this process sends logs elsewhere, starts without the garbage
    collector, and knows its directory and the environment as they are; so do later tests."""
    logs = [logging.getLogger(), logging.getLogger("bursar"), logging.getLogger("uvicorn")]
    before = [(log, log.propagate, log.level, list(log.handlers)) for log in logs]
    folder, environment = Path.cwd(), dict(os.environ)
    yield
    for log, propagate, level, handlers in before:
        log.propagate = propagate
        log.setLevel(level)
        for handler in set(log.handlers) - set(handlers):
            log.removeHandler(handler)
            handler.close()
    gc.enable()
    assert Path.cwd() == folder, "a test has to go back to where it began"
    changed = dict(os.environ).items() ^ environment.items()
    assert {name for name, _ in changed} <= {"PYTEST_CURRENT_TEST"}


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgresql.Server]:
    """A throw-away PostgreSQL of this worker."""
    try:
        with postgresql.server() as server:
            yield server
    except postgresql.PostgresAbsent as absent:
        pytest.skip(str(absent))


@pytest.fixture
def postgres_url(postgres: postgresql.Server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test alone."""
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def placement_url() -> Iterator[str]:
    """A throw-away OpenStack Placement of this worker; for slow tests, with uuids of their own."""
    with openstack.placement() as url:
        yield url


@pytest.fixture(params=places.ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine that keeps databases."""
    return str(request.param)


@pytest.fixture
def new_place(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[places.Places]:
    """Places for databases of this test alone, with either engine."""
    if engine == "sqlite":
        yield places.in_files(tmp_path)
        return
    with ExitStack() as until:
        yield places.on_server(request.getfixturevalue("postgres"), until)


def _skipped(config: pytest.Config) -> int:
    """How many tests and modules were skipped, over all workers."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter else 0


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that CI cannot run proves nothing, so there a skip fails the run."""
    is_worker = hasattr(session.config, "workerinput")
    if IN_CI and not is_worker and session.exitstatus == 0 and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why the run failed although no test did."""
    if IN_CI and (count := _skipped(terminalreporter.config)):
        terminalreporter.write_line(f"{count} skipped, and CI is set: that fails the run", red=True)
