"""What the configuration may say of a Waldur."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend import contexts
from backend.contexts.servers import OpenPortal
from backend.core.errors import Invalid
from backend.credentials import Source

Configure = Callable[[str], Path]

PORTALS = """
[contexts.portal.openportal]
url = "https://portal.example.org/"
token_env = "WALDUR_TOKEN"
[contexts.both.openportal]
url = "https://portal.example.org"
token_command = "pass show waldur"
[contexts.both.placement]
url = "https://placement.example.org"
"""


def test_a_waldur_alone_and_beside_a_placement(configure: Configure) -> None:
    configure(PORTALS)
    found = contexts.load().contexts
    url = "https://portal.example.org"
    assert found["portal"].openportal == OpenPortal(Source(variable="WALDUR_TOKEN"), url)
    command = Source(command=("pass", "show", "waldur"))
    assert found["both"].openportal == OpenPortal(command, url)
    assert (found["portal"].kind, found["portal"].foreign) == ("openportal", True)
    both = ("placement+openportal", f"https://placement.example.org {url}")
    assert (found["both"].kind, found["both"].place) == both


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[contexts.x.openportal]", "no url in it"),
        ('[contexts.x.openportal]\nurl = "https://h"\ncloud = "x"', "cloud"),
        ('[contexts.x.openportal]\nurl = "https://h"\n[contexts.x.bursar]\nurl = "https://h"',
         "openportal already|bursar already"),
        ('[contexts.x.openportal]\nurl = "https://h"\ntoken_env = "A"\ntoken_file = "/b"', "token"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(configure: Configure, text: str, told: str) -> None:
    configure(text)
    with pytest.raises(Invalid, match=told):
        contexts.load()
