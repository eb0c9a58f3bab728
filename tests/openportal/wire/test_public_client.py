"""The public client, in the generation of the documentation and the newest, uses our server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from backend.openportal.model import State
from tests.openportal import public_client
from tests.openportal.wire.waldur import Cast, Waldur
from tests.openstack import environment

pytestmark = pytest.mark.slow

DOCUMENTED, NEWEST = "7.9.9", "8.1.3"
WITH = ("attrs==26.1.0", "httpx==0.28.1", "python-dateutil==2.9.0.post0")
MARKS = {"set_ok", "set_erred"}
SCHEDULED = "Unexpected status code: 200"
"""What the newest says of set_limits: it wants the 202 of later servers, the documentation 200."""


def outcomes(version: str, cast: Cast, *, remote: bool) -> dict[str, str]:
    """What a version of the client makes of each operation."""
    home = environment((f"waldur-api-client=={version}", *WITH))
    rows = {name: cast.made(remote=remote) for name in ("settled", "pulled", "doomed")}
    rows["stuck"] = cast.made(remote=remote, state=State.UPDATING)
    more = [cast.made(remote=remote) for _ in range(12)]
    told = {
        "url": cast.site.url.removesuffix("/api"),
        "token": cast.tokens["S"],
        "remote": remote,
        "customer": cast.customer,
        "count": len(rows) + len(more),
        "body": {"name": "made", **cast.places(remote=remote)},
        **rows,
    }
    command = [str(home / "bin/python"), str(Path(public_client.__file__))]
    done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_the_documented_generation_does_everything(served_waldur: Waldur, remote: bool) -> None:
    found = outcomes(DOCUMENTED, served_waldur.cast(), remote=remote)
    assert found == dict.fromkeys(set(public_client.NAMES) - MARKS, "ok")


def test_the_newest_does_everything_but_set_limits(served_waldur: Waldur, remote: bool) -> None:
    found = outcomes(NEWEST, served_waldur.cast(), remote=remote)
    refused = found.pop("set_limits")
    assert found == dict.fromkeys(set(public_client.NAMES) - {"set_limits"}, "ok")
    assert SCHEDULED in refused
