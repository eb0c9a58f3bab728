"""The command on a Placement of other people's: alone, beside an Astakos, and behind a Keystone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.core.database import Tx
from backend.core.principals import Grant, add, digest, parse_grant
from backend.placement.model import CreateProvider, ReplaceInventories, Stock
from tests.cli.conftest import Run
from tests.hosting import hosted
from tests.keystone.identity import CREDENTIAL, CREDENTIAL_SECRET, PASSWORD, Identity
from tests.placement.dialect import claim
from tests.remote.consoles import admit
from tests.remote.scripted import answering, told
from tests.serving import serving
from tests.tui.stage import set_up
from tests.worlds import OPERATOR

P, C = "aaaaaaaa-0000-4000-8000-000000000001", "cccccccc-0000-4000-8000-000000000001"
BOTH = """
[contexts.alone.placement]
url = "{url}/placement"
token_env = "PLACEMENT"
[contexts.both.astakos]
url = "{url}/astakos"
token_env = "TOKEN"
[contexts.both.placement]
url = "{url}/placement"
token_env = "PLACEMENT"
"""
ROOT = {"versions": [{"id": "v1.0", "min_version": "1.0", "max_version": "1.39"}]}
Configure = Callable[[str], Path]


@pytest.fixture
def site(tmp_path: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A server of the stage's world with one provider and who holds of it."""
    with set_up(tmp_path) as stage:
        database = stage.world.database
        admit(database)
        grants: Sequence[Grant] = [parse_grant("placement:admin")]

        def let_in(tx: Tx) -> None:
            add(tx, OPERATOR, "cloud", grants, digest("admin-token"), 0)

        database.write(let_in)
        stage.world.do(CreateProvider(actor=OPERATOR, name="node", uuid=P))
        stocks = {"VCPU": Stock(8)}
        stage.world.do(ReplaceInventories(actor=OPERATOR, provider=P, stocks=stocks))
        stage.world.do(claim(C, {P: {"VCPU": 2}}, consumer_type="INSTANCE", project="lab"))
        with serving(tmp_path / "world.db") as server:
            configure(BOTH.format(url=server.url))
            monkeypatch.setenv("TOKEN", "A")
            monkeypatch.setenv("PLACEMENT", "admin-token")
            yield tmp_path


@pytest.mark.parametrize("name", ["alone", "both"])
def test_what_is_held_is_exported_as_it_is_shown(bursar: Run, site: Path, name: str) -> None:
    done = bursar("export", site / "copy.json", "--context", name)
    assert done.code == 0, done.err
    told = json.loads((site / "copy.json").read_text())
    assert bool(told["projects"]) is (name == "both")
    assert bursar("import", site / "copy.json", "--database", site / "copy.db").code == 0
    assert bursar("check", "--database", site / "copy.db").code == 0


def test_who_holds_what_is_listed(bursar: Run, site: Path) -> None:
    (row,) = bursar("allocations", "--context", "both", "--format", "json").data
    assert (row["consumer"], row["project"]) == (C, "lab")
    (stock,) = bursar("inventories", "--context", "alone", "--format", "json").data
    assert (stock["used"], stock["capacity"]) == (2, 8)


def test_what_is_configured_answers(bursar: Run, site: Path) -> None:
    rows = {one["name"]: one for one in bursar("contexts", "--format", "json").data}
    assert rows["alone"]["system"] == "placement"
    assert rows["both"]["system"] == "astakos+placement"
    done = bursar("doctor", "--context", "both")
    assert done.code == 0, done.out + done.err


def test_a_refused_token_is_told(bursar: Run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACEMENT", "nobody")
    done = bursar("export", "-", "--context", "alone")
    assert done.code != 0
    assert "token_env" in done.err
    assert "nobody" not in done.err


@pytest.fixture
def identity() -> Iterator[tuple[Identity, str]]:
    """A cloud with an empty Placement in its catalog, and the address of its Keystone."""

    async def empty(request: Request) -> Response:
        path = request.url.path.removeprefix("/placement")
        if path in ("", "/"):
            return told(ROOT)
        return told({path[1:]: []})

    cloud = Identity()
    with hosted(cloud.guarding(answering(empty))) as placement:
        endpoint = {"interface": "public", "region": "one", "url": f"{placement}/placement"}
        cloud.endpoints = [endpoint]
        with hosted(answering(cloud.answer)) as url:
            yield cloud, f"{url}/identity"


def test_a_cloud_of_clouds_yaml(
    bursar: Run, tmp_path: Path, configure: Configure, identity: tuple[Identity, str]
) -> None:
    cloud, url = identity
    file = tmp_path / "clouds.yaml"
    auth = {"auth_url": url, "username": "ada", "project_name": "ops", "password": PASSWORD}
    file.write_text(json.dumps({"clouds": {"prod": {"auth": auth}}}))
    file.chmod(0o600)
    configure(f'[contexts.prod.placement]\ncloud = "prod"\nclouds_file = "{file}"')
    done = bursar("doctor", "--context", "prod")
    assert done.code == 0, done.out + done.err
    assert "as ada" in done.out
    assert cloud.given == 1


def test_an_application_credential(
    bursar: Run,
    tmp_path: Path,
    configure: Configure,
    identity: tuple[Identity, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cloud, url = identity
    text = f"""[contexts.prod.placement.keystone]
auth_url = "{url}"
application_credential_id = "{CREDENTIAL}"
secret_env = "SECRET"
"""
    configure(text)
    monkeypatch.setenv("SECRET", CREDENTIAL_SECRET)
    assert bursar("doctor", "--context", "prod").code == 0
    monkeypatch.setenv("SECRET", "another")
    done = bursar("doctor", "--context", "prod")
    assert done.code == 1
    assert "requires authentication" in done.out
    assert "another" not in done.out + done.err
    monkeypatch.delenv("SECRET")
    assert "secret_env: there is nothing in it" in bursar("doctor", "--context", "prod").out
