"""The operators' own command works on our server: every command of spec placement §6 with its
columns (python-openstackclient and osc-placement, in an environment of their own)."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

from tests.openstack import COMMAND, environment
from tests.placement.wire.cloud import Cloud, fresh

pytestmark = pytest.mark.slow

STOCK = {"VCPU": {"total": 8}, "MEMORY_MB": {"total": 1024}}
PROVIDER = ["uuid", "name", "generation", "root_provider_uuid", "parent_provider_uuid"]
SIX = ["allocation_ratio", "min_unit", "max_unit", "reserved", "step_size", "total"]
HELD = ["resource_provider", "generation", "resources", "project_id", "user_id", "consumer_type"]
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Openstack:
    """The command, as an admin of our server."""

    cloud: Cloud
    program: str

    def run(
        self, words: str, *more: str, version: str = "1.39"
    ) -> subprocess.CompletedProcess[str]:
        """Run `openstack resource WORDS`."""
        told = {
            "OS_AUTH_TYPE": "admin_token",
            "OS_TOKEN": self.cloud.credentials("admin")["X-Auth-Token"],
            "OS_ENDPOINT": str(self.cloud.http.base_url).rstrip("/"),
            "OS_PLACEMENT_API_VERSION": version,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
        command = [self.program, "resource", *words.split(), *more]
        return subprocess.run(command, env={**kept, **told}, capture_output=True, text=True)

    def rows(self, words: str, *more: str, version: str = "1.39") -> Rows:
        """What the command tells, with what it calls its columns."""
        done = self.run(words, *more, "-f", "json", version=version)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        rows: Rows = found if isinstance(found, list) else [found]
        return rows

    def nothing(self, words: str, *more: str) -> bool:
        """True when the command tells an empty table, and is content."""
        return self.rows(words, *more) == []

    def do(self, words: str, *more: str) -> None:
        """What tells nothing."""
        done = self.run(words, *more)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.fixture
def openstack(served_cloud: Cloud) -> Openstack:
    """On `bursar serve`."""
    return Openstack(served_cloud, str(environment(COMMAND) / "bin/openstack"))


def columns(rows: Rows) -> list[str]:
    """The columns of the first row."""
    return list(rows[0])


def test_providers(openstack: Openstack) -> None:
    uuid, name = fresh(), f"n-{fresh()}"
    made = openstack.rows("provider create", name, "--uuid", uuid)
    assert columns(made) == PROVIDER
    assert (made[0]["uuid"], made[0]["generation"]) == (uuid, 0)
    child = openstack.rows("provider create", f"{name}.child", "--parent-provider", uuid)[0]
    listed = openstack.rows("provider list", "--in-tree", child["uuid"])
    assert columns(listed) == PROVIDER
    assert {row["uuid"] for row in listed} == {uuid, child["uuid"]}
    assert openstack.rows("provider list", "--name", name)[0]["uuid"] == uuid
    assert columns(openstack.rows("provider list", "--uuid", uuid, version="1.0")) == PROVIDER[:3]
    assert openstack.rows("provider set", uuid, "--name", f"{name}.2")[0]["name"] == f"{name}.2"
    shown = openstack.rows("provider show", uuid, "--allocations")
    assert columns(shown) == [*PROVIDER, "allocations"]
    assert shown[0]["allocations"] == {}
    for gone in (child["uuid"], uuid):
        openstack.do("provider delete", gone)
    assert openstack.run("provider show", uuid).returncode == 1


def test_inventories(openstack: Openstack) -> None:
    p = openstack.cloud.provider()
    given = ("--resource", "VCPU=8", "--resource", "VCPU:allocation_ratio=2", "--resource")
    done = openstack.rows("provider inventory set", p, *given, "MEMORY_MB=1024")
    assert columns(done) == ["resource_class", *SIX]
    listed = openstack.rows("provider inventory list", p)
    assert columns(listed) == ["resource_class", *SIX, "used"]
    assert {row["resource_class"]: row["total"] for row in listed} == {"VCPU": 8, "MEMORY_MB": 1024}
    shown = openstack.rows("provider inventory show", p, "VCPU")
    assert columns(shown) == [*SIX, "used"]
    assert (shown[0]["allocation_ratio"], shown[0]["used"]) == (2.0, 0)
    one = openstack.rows("provider inventory class set", p, "VCPU", "--total", "4")
    assert sorted(columns(one)) == sorted(SIX)
    assert openstack.rows("provider inventory show", p, "VCPU")[0]["allocation_ratio"] == 1.0
    kept = openstack.rows("provider inventory set", p, "--amend", "--resource", "VCPU=5")
    assert {row["resource_class"] for row in kept} == {"VCPU", "MEMORY_MB"}
    openstack.do("provider inventory delete", p, "--resource-class", "VCPU")
    openstack.do("provider inventory delete", p)
    assert openstack.nothing("provider inventory list", p)


def test_allocations(openstack: Openstack) -> None:
    p, q = (openstack.cloud.provider(STOCK) for _ in range(2))
    c, project = fresh(), fresh()
    shares = ("--allocation", f"rp={p},VCPU=2,MEMORY_MB=64", "--allocation", f"rp={q},VCPU=1")
    who = ("--project-id", project, "--user-id", "u", "--consumer-type", "INSTANCE")
    done = openstack.rows("provider allocation set", c, *shares, *who)
    assert columns(done) == HELD
    shown = openstack.rows("provider allocation show", c)
    assert columns(shown) == HELD
    held = {row["resource_provider"]: row["resources"] for row in shown}
    assert held == {p: {"VCPU": 2, "MEMORY_MB": 64}, q: {"VCPU": 1}}
    used = openstack.rows("provider usage show", p)
    assert columns(used) == ["resource_class", "usage"]
    assert {row["resource_class"]: row["usage"] for row in used} == {"VCPU": 2, "MEMORY_MB": 64}
    flat = openstack.rows("usage show", project, version="1.29")
    assert {row["resource_class"]: row["usage"] for row in flat} == {"VCPU": 3, "MEMORY_MB": 64}
    assert columns(openstack.rows("usage show", project, "--user-id", "u")) == columns(flat)
    left = openstack.rows("provider allocation unset", c, "--provider", p)
    assert [row["resource_provider"] for row in left] == [q]
    openstack.do("provider allocation delete", c)
    again = openstack.run("provider allocation delete", c)
    assert again.returncode == 1
    assert "404" in again.stderr
    assert openstack.nothing("provider allocation show", c)


def test_classes(openstack: Openstack) -> None:
    name = f"CUSTOM_{fresh().replace('-', '_').upper()}"
    openstack.do("class create", name)
    openstack.do("class set", name)
    assert openstack.rows("class show", name) == [{"name": name}]
    listed = openstack.rows("class list")
    assert columns(listed) == ["name"]
    assert {"VCPU", name} <= {row["name"] for row in listed}
    openstack.do("class delete", name)
    assert openstack.run("class show", name).returncode == 1
