"""What the configuration says of a Placement and of who gives tokens for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backend import contexts
from backend.contexts.servers import Cloud, Placement, SignIn
from backend.credentials import Source

Configure = Callable[[str], Path]

CLOUDS = """
[contexts.plain.placement]
url = "https://placement.example.org/"
token_command = "openstack token issue -f value -c id"
[contexts.cloud.placement]
cloud = "prod"
[contexts.named.placement]
url = "https://placement.example.org"
cloud = "prod"
clouds_file = "/etc/openstack/clouds.yaml"
[contexts.both.astakos]
url = "https://accounts.example.org/astakos"
[contexts.both.placement.keystone]
auth_url = "https://identity.example.org/v3/"
username = "ops"
project_name = "admin"
region_name = "one"
secret_file = "/run/secrets/ops"
"""


def test_placement_and_who_gives_tokens_for_it(configure: Configure) -> None:
    configure(CLOUDS)
    found = contexts.load().contexts
    program = Source(command=("openstack", "token", "issue", "-f", "value", "-c", "id"))
    assert found["plain"].placement == Placement(program, "https://placement.example.org")
    assert found["cloud"].placement == Placement(Source(), cloud=Cloud("prod"))
    file = Cloud("prod", Path("/etc/openstack/clouds.yaml"))
    url = "https://placement.example.org"
    assert found["named"].placement == Placement(Source(), url, file)
    auth = {"auth_url": "https://identity.example.org/v3", "username": "ops"}
    auth["project_name"] = "admin"
    secret = Source(file=Path("/run/secrets/ops"), kind="secret")
    keystone = SignIn(auth, secret, "one")
    assert found["both"].placement == Placement(Source(), keystone=keystone)
    told = [(found[name].kind, found[name].place) for name in ("cloud", "both")]
    places = "https://accounts.example.org/astakos https://identity.example.org/v3"
    assert told == [("placement", "cloud prod"), ("astakos+placement", places)]
