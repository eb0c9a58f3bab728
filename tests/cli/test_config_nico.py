"""What the configuration may say of a NICo."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import contexts
from backend.contexts.servers import Issuer, Nico
from backend.core.database import open_database
from backend.core.errors import Invalid
from backend.credentials import Source
from backend.embedded import open_embedded
from backend.schema import STEPS
from backend.server.app import create_app
from tests.cli.conftest import Run
from tests.hosting import hosted
from tests.nico.cloud import G100, Cloud, furnish
from tests.remote.nico.conftest import admit
from tests.serving import QUIET

Configure = Callable[[str], Path]

METAL = """
[contexts.metal.nico]
url = "https://nico.example.org/"
org = "acme"
token_file = "/secret"
[contexts.older.nico]
url = "https://nico.example.org"
org = "acme"
api_name = "carbide"
api_version = "v1"
page_size = 50
[contexts.older.nico.oidc]
token_url = "https://sso.example.org/token"
client_id = "bursar"
grant = "password"
username = "ada"
secret_command = "pass show nico"
client_secret_env = "NICO_CLIENT"
[contexts.older.placement]
url = "https://placement.example.org"
"""
HEAD = '[contexts.x.nico]\nurl = "https://h"\norg = "acme"\n'
ISSUER = '[contexts.x.nico.oidc]\ntoken_url = "https://h"\nclient_id = "c"\n'


def test_a_nico_alone_and_beside_a_placement(configure: Configure) -> None:
    configure(METAL)
    found = contexts.load().contexts
    url = "https://nico.example.org"
    assert found["metal"].nico == Nico(Source(file=Path("/secret")), url, "acme")
    assert (found["metal"].kind, found["metal"].place) == ("nico", f"{url} acme")
    issuer = Issuer(
        "https://sso.example.org/token",
        "bursar",
        Source(command=("pass", "show", "nico"), kind="secret"),
        "password",
        "ada",
        client_secret=Source(variable="NICO_CLIENT", kind="client_secret"),
    )
    assert found["older"].nico == Nico(Source(), url, "acme", "carbide", "v1", 50, issuer)
    assert found["older"].kind == "placement+nico"


def test_a_context_is_looked_into(
    configure: Configure, bursar: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(tmp_path / "metal.db", STEPS)
    database.write(furnish)
    Cloud(database).give(G100, 4, name="train")
    admit(database)
    backend = open_embedded(tmp_path / "metal.db")
    monkeypatch.setenv("NICO_TOKEN", "admin")
    try:
        with hosted(create_app(backend, QUIET)) as url:
            configure(f'[contexts.x.nico]\nurl = "{url}"\norg = "acme"\ntoken_env = "NICO_TOKEN"')
            (context,) = bursar("contexts", "--format", "json").data
            (row,) = bursar("constraints", "--context", "x", "--format", "json").data
            configure(f'[contexts.x.nico]\nurl = "{url}"\norg = "t1"\ntoken_env = "NICO_TOKEN"')
            refused = bursar("contexts", "--format", "json")
            monkeypatch.setenv("NICO_TOKEN", "user")
            unshown = [bursar(what, "--context", "x") for what in ("types", "blocks")]
    finally:
        backend.shut()
        database.close()
    told = (context["state"], context["system"], context["actor"])
    assert told == ("answers", "nico", "acme")
    assert (row["allocation"], row["value"], row["most"]) == ("train", 4, 10)
    for done in unshown:
        assert (done.code, len(done.lines)) == (0, 1)
        assert "are shown with what others have of them. NICo: this organisation is" in done.err
    assert refused.code == 1
    assert "t1 is neither provider nor tenant" in refused.data[0]["problem"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[contexts.x.nico]\norg = "acme"', "no url in it"),
        ('[contexts.x.nico]\nurl = "https://h"', "no org in it"),
        ('[contexts.x.nico]\nurl = "http://h.org"\norg = "acme"', "read on the way"),
        ('[contexts.x.nico]\nurl = "https://h"\norg = "a/b"', "no part of a path"),
        (HEAD + "page_size = 101", "1 to 100"),
        (HEAD + 'page_size = "9"', "1 to 100"),
        (HEAD + 'token_env = "A"\n' + ISSUER + 'secret_env = "B"', "token_env already"),
        (HEAD + ISSUER, "no secret in it"),
        (HEAD + ISSUER + 'secret_env = "B"\ngrant = "implicit"', "not known"),
        (HEAD + ISSUER + 'secret_env = "B"\ngrant = "password"', "go together"),
        (HEAD + ISSUER + 'secret_env = "B"\nusername = "ada"', "go together"),
        (HEAD + ISSUER + 'secret_env = "B"\nsecret_file = "/b"', "secret_env already"),
        (HEAD + ISSUER + 'secret = "hunter2"', "no such setting|may read it"),
        ('[contexts.x]\norg = "acme"', r"\[contexts.x.nico\]"),
    ],
)
def test_what_makes_no_sense_is_told(configure: Configure, text: str, told: str) -> None:
    configure(text)
    with pytest.raises(Invalid) as refused:
        contexts.load()
    assert "hunter2" not in str(refused.value)
    assert re.search(told, f"{refused.value} {refused.value.hint}")
