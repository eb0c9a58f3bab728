"""schemathesis, in an environment of its own, finds nothing that the OpenAPI document does not
say, and no failure of the server's."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.core import principals
from backend.core.database import Tx
from backend.core.identity import operator
from tests.nico.cloud import furnish
from tests.serving import recorded_backend, started, token

pytestmark = pytest.mark.slow

VERSION = "schemathesis==4.32.5"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
ASTAKOS = ("--include-tag", "astakos")
COMPONENT = "commissions|service"
METAL = "metal"
BEARER = f"Authorization: Bearer {token('A')['X-Auth-Token']}"


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command; its pins are other than ours."""
    home = tmp_path_factory.mktemp("schemathesis")
    venv.create(home, with_pip=True)
    pip = [str(home / "bin/python"), "-m", "pip", "install", "-qq"]
    pip += ["--disable-pip-version-check", VERSION]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{VERSION} could not be installed: {done.stderr[-300:]}")
    return home / "bin/schemathesis"


def metal(tx: Tx) -> None:
    """NICo's fixture, and somebody who is all in every organisation."""
    furnish(tx)
    grants = [principals.parse_grant(one) for one in ("nico:admin", "nico:user")]
    principals.add(tx, operator("op"), "metal", grants, principals.digest(METAL), 0)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A server of the recorded world."""
    backend = recorded_backend(tmp_path / "world.db")
    backend.database.write(metal)
    backend.shut()
    patient = [sys.executable, "-m", "tests.server.patient", str(tmp_path / "world.db")]
    with started(patient) as server:
        yield server.url


@pytest.mark.parametrize(
    ("header", "which"),
    [
        (
            f"X-Auth-Token: {token('service:cyclades')['X-Auth-Token']}",
            (*ASTAKOS, "--include-path-regex", COMPONENT),
        ),
        (
            f"X-Auth-Token: {token('A')['X-Auth-Token']}",
            (*ASTAKOS, "--exclude-path-regex", COMPONENT),
        ),
        (
            f"X-Auth-Token: {token('A')['X-Auth-Token']}",
            ("--include-tag", "placement"),
        ),
        (
            f"Authorization: Token {token('A')['X-Auth-Token']}",
            ("--include-tag", "openportal"),
        ),
        (
            f"Authorization: Bearer {METAL}",
            ("--include-tag", "nico"),
        ),
        (BEARER, ("--include-tag", "console")),
        (BEARER, ("--include-tag", "bursar")),
    ],
    ids=["component", "user", "placement", "openportal", "nico", "console", "watching"],
)
def test_nothing_departs_from_the_document(
    command: Path, url: str, tmp_path: Path, header: str, which: tuple[str, ...]
) -> None:
    options = ("--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", "1")
    done = subprocess.run(
        [
            command, "run", f"{url}/bursar/openapi.json", "--checks", ",".join(CHECKS),
            *options, "--request-timeout", "60", "--no-color", "-H", header, *which,
        ],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
