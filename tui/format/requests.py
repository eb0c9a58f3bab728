"""A request of a system's own API as a line for a shell; it never holds a token."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace

from backend.core.plan import WireRequest

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
    path = shlex.quote(f"/account/v1.0/{request.path}")
    words = [f'curl -X {shlex.quote(request.method)} "$ASTAKOS_URL"{path}']
    words.append('-H "X-Auth-Token: $ASTAKOS_TOKEN"')
    if request.body:
        words.append("-H 'Content-Type: application/json'")
        words.append(f"--data {shlex.quote(body_json(request.body))}")
    return " ".join(words)
