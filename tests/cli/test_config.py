"""The configuration: what it may say, and how it is told what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import contexts
from backend.contexts import Config, Context
from backend.contexts.servers import Server, Systems
from backend.core.errors import Invalid
from backend.credentials import Source
from tests.cli.conftest import Run
from tui.cli import console
from tui.cli.target import chosen

ROOT = Path(__file__).resolve().parents[2]
Configure = Callable[[str], Path]

FULL = """
default = "prod"
theme = "bursar-dark"
glyphs = "ascii"
units = "raw"
refresh = 5
[keys]
"view.units" = "ctrl+x"
quotas.over = "O"
[contexts.local]
database = "local.db"
[contexts.prod]
database = "/srv/quota.db"
read_only = true
production = true
[contexts.home]
database = "sqlite:////srv/home.db"
"""


def test_everything_that_can_be_said(configure: Configure) -> None:
    file = configure(FULL)
    found = contexts.load()
    assert found == Config(
        file=file,
        default="prod",
        theme="bursar-dark",
        glyphs="ascii",
        units="raw",
        refresh=5.0,
        keys={"view.units": "ctrl+x", "quotas.over": "O"},
        contexts={
            "local": Context("local", contexts.data_directory() / "local.db"),
            "prod": Context("prod", Path("/srv/quota.db"), read_only=True, production=True),
            "home": Context("home", Path("/srv/home.db")),
        },
    )
    assert found.context().name == "prod"
    assert found.context("home").database == Path("/srv/home.db")


REMOTE = """
[contexts.team.bursar]
url = "https://bursar.example.org/"
token_command = "pass show bursar"
[contexts.here.bursar]
socket = "/run/bursar.sock"
[contexts.prod]
production = true
[contexts.prod.astakos]
url = "https://accounts.example.org/astakos"
token_env = "ASTAKOS_TOKEN"
[contexts.prod.astakos.services.cyclades]
token_file = "/etc/cyclades.token"
[contexts.big]
database = "postgresql://quota@db.example.org/quota"
"""


def test_servers_and_where_their_tokens_are(configure: Configure) -> None:
    configure(REMOTE)
    found = contexts.load().contexts
    program = Source(command=("pass", "show", "bursar"))
    cyclades = {"cyclades": Source(file=Path("/etc/cyclades.token"))}
    url = "https://accounts.example.org/astakos"
    astakos = Systems(Source(variable="ASTAKOS_TOKEN"), url, cyclades)
    assert found["team"] == Context("team", bursar=Server(program, "https://bursar.example.org"))
    assert found["here"].bursar == Server(Source(), socket=Path("/run/bursar.sock"))
    assert found["here"].bursar.token.section == "contexts.here.bursar"
    assert found["prod"] == Context("prod", production=True, astakos=astakos)
    assert [found[name].kind for name in ("team", "here", "prod", "big")] == [
        "bursar", "bursar", "astakos", "postgresql",
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["check", "backup x.db", "notify --once"])
def test_what_needs_a_database_says_so(configure: Configure, bursar: Run, command: str) -> None:
    configure(REMOTE)
    done = bursar(*command.split(), "--context", "team")
    assert (done.code, done.out) == (2, "")
    assert "https://bursar.example.org" in done.err


def test_the_documented_example_is_understood(configure: Configure, bursar: Run) -> None:
    text = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
    configure(text.partition("```toml\n")[2].partition("```")[0])
    found = contexts.load()
    assert (found.default, found.context().production) == ("work", True)
    console.check(found)


def test_without_a_file_there_is_a_local_database() -> None:
    found = contexts.load()
    assert found.file is None
    assert found.context() == Context("local", contexts.data_directory() / "local.db")


def test_the_file_is_where_the_platform_keeps_such_files() -> None:
    file = contexts.location()
    assert file.parent.parent == Path(os.environ["XDG_CONFIG_HOME"])
    file.parent.mkdir(parents=True)
    file.write_text('units = "bytes"')
    assert contexts.load() == Config(file=file, units="bytes", contexts=contexts.load().contexts)
    assert contexts.load().context().name == "local"


ONE = '[contexts.only]\ndatabase = "x.db"\n'
TWO = '[contexts.one]\ndatabase = "1.db"\n[contexts.two]\ndatabase = "2.db"\n'


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("", "local"),
        (ONE, "only"),
        (TWO, ""),
        ('default = "two"\n' + TWO, "two"),
        (TWO + '[contexts.local]\ndatabase = "l.db"', "local"),
    ],
)
def test_which_context_is_meant_without_a_name(configure: Configure, text: str, usual: str) -> None:
    configure(text)
    assert contexts.load().usual == usual


def test_an_unclear_context_is_asked_for(configure: Configure, bursar: Run) -> None:
    file = configure(TWO)
    done = bursar("projects")
    assert done.code == 2
    assert "which context? there are one, two" in done.err
    assert str(file) in done.err


def test_unknown_contexts_are_told_with_the_nearest(configure: Configure, bursar: Run) -> None:
    configure(FULL)
    done = bursar("--context", "prd", "projects")
    assert done.code == 2
    assert "there is no context prd" in done.err
    assert "did you mean prod?" in done.err


def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BURSAR_CONFIG", str(tmp_path))
    with pytest.raises(Invalid, match=r"Is a directory \(mend it, or unset BURSAR_CONFIG\)"):
        contexts.load()
    monkeypatch.delenv("BURSAR_CONFIG")
    monkeypatch.setattr(contexts, "location", lambda: tmp_path)
    with pytest.raises(Invalid, match=r"Is a directory \(mend it\)"):
        contexts.load()


# Text, the key that is named, what is wrong, the remedy.
WRONG = {
    "unknown": ("refesh = 1", "refesh", "no such setting", "did you mean refresh?"),
    "far": ("zzz = 1", "zzz", "no such setting", "known: default, theme"),
    "type": ("default = 1", "default", "a text is needed, this is a number", "quotes"),
    "empty": ('theme = " "', "theme", "empty", "leave it out"),
    "control": ('theme = "a\\u001b"', "theme", "control characters", "name"),
    "choice": ('units = "byte"', "units", "'byte' is not known", "did you mean bytes?"),
    "glyphs": ('glyphs = "emoji"', "glyphs", "'emoji' is not known", "auto, unicode, ascii"),
    "seconds": ('refresh = "2"', "refresh", "this is a text", "unquoted"),
    "boolean": ("refresh = true", "refresh", "this is a boolean", "unquoted"),
    "fast": ("refresh = 0", "refresh", "0 seconds", "0.5 to 3600"),
    "nan": ("refresh = nan", "refresh", "nan seconds", "0.5 to 3600"),
    "keys": ("keys = 1", "keys", "a section is needed", "[keys]"),
    "key": ("keys.view.units = 1", "keys.view.units", "a text is needed", "quotes"),
    "contexts": ("contexts = []", "contexts", "a section is needed", "[contexts]"),
    "context": ("contexts.x = 1", "contexts.x", "a section is needed", "[contexts.x]"),
    "name": ('[contexts."a b"]', 'contexts."a b"', "no name for a context", "letters"),
    "inside": ('[contexts.x]\ndatabse = "x.db"', "contexts.x.databse", "no such setting",
               "did you mean database?"),
    "lacking": ("[contexts.x]", "contexts.x", "no database", 'database = "x.db"'),
    "flag": ('[contexts.x]\ndatabase = "x"\nread_only = "yes"', "contexts.x.read_only",
             "true or false", "without quotes"),
    "kind": ('[contexts.x]\ndatabase = "mysql://h/db"', "contexts.x.database",
             "'mysql://h/db' names no database", "sqlite:///PATH"),
    "home": ('[contexts.x]\ndatabase = "~nobody-here/x.db"', "contexts.x.database",
             "~nobody-here", "write the directory out"),
    "url": ('[contexts.x]\nurl = "https://h"', "contexts.x.url", "belongs to a server",
            "[contexts.x.bursar]"),
    "two": ('[contexts.x]\ndatabase = "x"\n[contexts.x.bursar]\nurl = "https://h"',
            "contexts.x.bursar", "there is database already", "make two contexts"),
    "nowhere": ("[contexts.x.bursar]", "contexts.x.bursar", "a url or a socket", "url ="),
    "both": ('[contexts.x.bursar]\nurl = "https://h"\nsocket = "/s"', "contexts.x.bursar",
             "a url or a socket", "url ="),
    "plain": ('[contexts.x.bursar]\nurl = "http://h.example"', "contexts.x.bursar.url",
              "can be read on the way", "https://"),
    "userinfo": ('[contexts.x.astakos]\nurl = "https://a@h"', "contexts.x.astakos.url",
                 "a name or password in it", "token_file"),
    "query": ('[contexts.x.astakos]\nurl = "https://h/?a=b"', "contexts.x.astakos.url",
              "a query in it", "https://HOST/PATH"),
    "astakos": ("[contexts.x.astakos]", "contexts.x.astakos", "no url in it", "https://HOST"),
    "tokens": ('[contexts.x.bursar]\nurl = "https://h"\ntoken_env = "A"\ntoken_file = "/t"',
               "contexts.x.bursar.token_file", "there is token_env already", "give one"),
    "service": ('[contexts.x.astakos]\nurl = "https://h"\n[contexts.x.astakos.services.cyclades]',
                "contexts.x.astakos.services.cyclades", "no token in it", "token_env"),
    "socket": ('[contexts.x.bursar]\nsocket = "bursar.sock"', "contexts.x.bursar.socket",
               "the path is relative", "from / or ~"),
    "notices": ('[contexts.x.bursar]\nurl = "https://h"\n[contexts.x.notices]\ncommand = "a"',
                "contexts.x.notices", "a server sends its own", "where it runs"),
    "default": ('default = "x"\n' + ONE, "default", "there is no context x", "known: only"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "key", "what", "remedy"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_file_key_and_remedy(
    configure: Configure, bursar: Run, text: str, key: str, what: str, remedy: str
) -> None:
    file = configure(text)
    done = bursar("projects")
    assert (done.code, done.out) == (2, "")
    told, hint = done.err.splitlines()
    assert told.startswith(f"bursar: Not valid: {file}: {key}: ")
    assert what in told
    assert remedy in hint


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"default = ", "Invalid value (at end of document)"),
        (b"a = 1\na = 2\n", "line 2"),
        (b'theme = "\xff"', "byte 9 is not UTF-8"),
    ],
)
def test_what_is_no_toml_is_told_with_its_place(
    configure: Configure, bursar: Run, content: bytes, what: str
) -> None:
    file = configure("")
    file.write_bytes(content)
    done = bursar("projects")
    assert done.code == 2
    assert f"{file}: " in done.err
    assert what in done.err


def test_a_file_that_was_named_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bursar: Run
) -> None:
    monkeypatch.setenv("BURSAR_CONFIG", str(tmp_path / "none.toml"))
    done = bursar("projects")
    assert done.code == 2
    assert "none.toml: No such file" in done.err
    assert "unset BURSAR_CONFIG" in done.err


def test_a_directory_is_no_file(configure: Configure, bursar: Run, tmp_path: Path) -> None:
    file = configure("")
    file.unlink()
    file.mkdir()
    assert "Is a directory" in bursar("projects").err


SECRETS = (
    ('[contexts.x]\ntoken = "s3cret"', "contexts.x.token"),
    ('password = "s3cret"', "password"),
    ('[contexts.x]\ndatabase = "postgresql://me:s3cret@db/quota"', "contexts.x.database"),
)


@pytest.mark.parametrize(("text", "key"), SECRETS)
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_secret_that_others_may_read_is_refused_first(
    configure: Configure, bursar: Run, text: str, key: str, mode: int
) -> None:
    file = configure(text)
    file.chmod(mode)
    done = bursar("projects")
    assert done.code == 2
    assert f"holds a secret ({key}) and others may read it" in done.err
    assert f"chmod 600 {file}" in done.err
    assert "s3cret" not in done.err


@pytest.mark.parametrize(("text", "key"), SECRETS)
def test_secrets_are_never_shown(configure: Configure, bursar: Run, text: str, key: str) -> None:
    file = configure(text)
    file.chmod(0o600)
    for command in ("projects", "doctor", "contexts"):
        done = bursar(command)
        assert done.code in (1, 2, 3)
        assert key in done.err + done.out or key.endswith("database")
        assert "s3cret" not in done.err + done.out


def test_a_file_without_secrets_may_be_read_by_all(configure: Configure) -> None:
    configure(ONE).chmod(0o644)
    assert contexts.load().context().name == "only"


def test_a_password_on_the_command_line_is_not_repeated(bursar: Run) -> None:
    done = bursar("projects", "--database", "postgresql://me:s3cret@db/quota")
    assert done.code == 2
    assert "postgresql://me@db/quota: everybody" in done.err
    assert "s3cret" not in done.err


def test_what_is_typed_wins_but_only_where_it_is_typed(configure: Configure, demo: Path) -> None:
    from tui.cli import parser

    configure(FULL)
    typed = parser().parse_args(["--database", str(demo), "projects", "--limit", "3"])
    assert chosen(typed) == Context("demo.db", demo)
    later = parser().parse_args(["projects", "--context", "home"])
    assert chosen(later).name == "home"
    assert chosen(parser().parse_args(["projects"])).name == "prod"
    console = parser().parse_args(["--read-only", "--glyphs", "unicode"])
    assert (console.read_only, console.glyphs, console.context) == (True, "unicode", None)
    assert parser().parse_args([]).glyphs is None


def test_two_places_are_refused(bursar: Run, demo: Path) -> None:
    done = bursar("--context", "local", "projects", "--database", demo)
    assert done.code == 2
    assert "two places" in done.err
    assert bursar("projects", "--database", demo, "--context", "local").code == 2


def test_relative_databases_are_in_the_data_directory(configure: Configure, bursar: Run) -> None:
    configure(ONE)
    assert contexts.load().context().database == contexts.data_directory() / "x.db"
    contexts.open_database(contexts.load().context()).shut()
    assert (contexts.data_directory() / "x.db").stat().st_mode & 0o777 == 0o600
    assert contexts.data_directory().stat().st_mode & 0o777 == 0o700
    assert bursar("projects").code == 0


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('theme = "bursar-drk"', "did you mean bursar-dark?"),
        ('[keys]\n"quotas.overs" = "O"', "there is no action quotas.overs"),
        ('[keys]\n"quotas.over" = "t"', "t means both quotas.over and quotas.group"),
    ],
)
def test_what_only_the_console_knows_stops_it_before_it_draws(
    configure: Configure, bursar: Run, demo: Path, text: str, what: str
) -> None:
    configure(text)
    done = bursar("--database", demo)
    assert (done.code, done.out) == (2, "")
    assert what in done.err


def test_the_first_wrong_thing_is_an_invalid(configure: Configure) -> None:
    configure("refresh = 0")
    with pytest.raises(Invalid) as found:
        contexts.load()
    assert found.value.data == {"usage": True}
