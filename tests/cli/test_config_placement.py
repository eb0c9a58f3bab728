"""What the configuration may say of a Placement, and of who gives tokens for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend import contexts
from backend.contexts.servers import Cloud, Placement, SignIn
from backend.credentials import Source
from tests.cli.conftest import Run

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


# Text, the key that is named, what is wrong, the remedy.
WRONG = {
    "placement": ("[contexts.x.placement]", "contexts.x.placement", "no url in it", "or a cloud"),
    "ways": ('[contexts.x.placement]\ncloud = "a"\ntoken_env = "B"', "contexts.x.placement.cloud",
             "there is token_env already", "give one"),
    "which": ('[contexts.x.placement]\nurl = "https://h"\nclouds_file = "/c"',
              "contexts.x.placement.clouds_file", "which cloud", "cloud ="),
    "keystone": ("[contexts.x.placement.keystone]", "contexts.x.placement.keystone",
                 "no auth_url in it", "auth_url ="),
    "password": ('[contexts.x.placement.keystone]\nauth_url = "https://h"',
                 "contexts.x.placement.keystone", "no secret in it", "secret_file"),
    "secrets": ('[contexts.x.placement.keystone]\nauth_url = "https://h"\nsecret_env = "A"\n'
                'secret_file = "/s"', "contexts.x.placement.keystone.secret_file",
                "there is secret_env already", "give one"),
    "systems": ('[contexts.x.bursar]\nurl = "https://h"\n[contexts.x.placement]\n'
                'url = "https://h"', "contexts.x.placement", "there is bursar already", "two"),
    "cloud": ('[contexts.x]\ncloud = "prod"', "contexts.x.cloud", "belongs to a server",
              "[contexts.x.placement]"),
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
