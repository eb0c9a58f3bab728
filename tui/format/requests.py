"""A request of a system's own API as a line for a shell; it never holds a token."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeGuard

from backend.core.plan import WireRequest

ASTAKOS, PLACEMENT, OPENPORTAL, NICO = "ASTAKOS", "PLACEMENT", "OPENPORTAL", "NICO"
"""What the shell's variables of a system begin with."""
_ROOTS = {ASTAKOS: "/account/v1.0/"}
_TOKENS = {OPENPORTAL: "Authorization: Token", NICO: "Authorization: Bearer"}
_OF_ORG = re.compile(r"/[^/]+/org/")
"""How paths of NICo begin, whatever the version is called."""
COMMAND = "CLI"
"""The method of what is done with a command of the system rather than over its API."""


def body_json(body: Mapping[str, object]) -> str:
    """The body, whatever a terminal would act on escaped."""
    return json.dumps(dict(body), ensure_ascii=True, default=str)


def reasoned(request: WireRequest, reason: str) -> WireRequest:
    """The same with the reason where the body has a place for one."""
    body = {
        verb: {**told, "reason": reason} if isinstance(told, Mapping) and "reason" in told else told
        for verb, told in request.body.items()
    }
    return replace(request, body=body)


def curl(request: WireRequest) -> str:
    """The line that sends the request: address and token come from the shell's variables."""
    if request.method == COMMAND:
        return request.path
    system = _system(request.path)
    path = shlex.quote(f"{_ROOTS.get(system, '')}{request.path}")
    words = [f'curl -X {shlex.quote(request.method)} "${system}_URL"{path}']
    words.append(f'-H "{_TOKENS.get(system, "X-Auth-Token:")} ${system}_TOKEN"')
    if system == PLACEMENT:
        words.append(f"-H 'OpenStack-API-Version: placement {_version(request.body)}'")
    if request.body:
        words.append("-H 'Content-Type: application/json'")
        words.append(f"--data {shlex.quote(body_json(request.body))}")
    return " ".join(words)


def _system(path: str) -> str:
    """Whose path it is: Astakos' are from that of its account on, all others' from the root."""
    if path.startswith("/api/"):
        return OPENPORTAL
    if _OF_ORG.match(path):
        return NICO
    return PLACEMENT if path.startswith("/") else ASTAKOS


def _version(body: Mapping[str, object]) -> str:
    """The microversion whose form the body has: claims have a type from 1.38 on, and a
    generation from 1.28 on."""
    claims = [body] if "allocations" in body else [one for one in body.values() if _is_claim(one)]
    if any("consumer_generation" not in one for one in claims):
        return "1.27"
    return "1.37" if any("consumer_type" not in one for one in claims) else "1.39"


def _is_claim(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping) and "allocations" in value
