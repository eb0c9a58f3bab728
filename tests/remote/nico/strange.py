"""A NICo that answers as the real ones do where ours does not (spec nico §0, §3, §7): it stands in
front of ours and turns what that says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Json = Any


@dataclass(slots=True)
class Answer:
    """What is about to be answered."""

    method: str
    path: str
    query: str
    status: int
    headers: dict[str, str]
    body: bytes

    def is_list(self, *parts: str) -> bool:
        """Whether it is a page of this list."""
        return self.method == "GET" and self.path.endswith("/".join(("", *parts)))

    def turn(self, each: Callable[[dict[str, Json]], None]) -> None:
        """Have every object of it be otherwise."""
        if self.body and self.headers.get("content-type", "").startswith("application/json"):
            value = json.loads(self.body)
            _through(value, each)
            self.body = json.dumps(value).encode()


Turn = Callable[[Answer], None]


@dataclass(slots=True)
class Strange:
    """The application behind, and how its answers are turned."""

    app: ASGIApp
    turns: list[Turn] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        parts: list[Message] = []

        async def keep(message: Message) -> None:
            parts.append(message)

        await self.app(scope, receive, keep)
        start = parts[0]
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        body = b"".join(part.get("body", b"") for part in parts[1:])
        asked = (scope["method"], scope["path"], scope["query_string"].decode())
        told = Answer(*asked, start["status"], headers, body)
        for turn in self.turns:
            turn(told)
        told.headers["content-length"] = str(len(told.body))
        raw = [(name.encode(), value.encode()) for name, value in told.headers.items()]
        await send({"type": "http.response.start", "status": told.status, "headers": raw})
        await send({"type": "http.response.body", "body": told.body})


def _through(value: Json, each: Callable[[dict[str, Json]], None]) -> None:
    if isinstance(value, dict):
        each(value)
        for one in list(value.values()):
            _through(one, each)
    elif isinstance(value, list):
        for one in value:
            _through(one, each)


def _newer(one: dict[str, Json]) -> None:
    one |= {"ResourceTypeID": None, "quantum": [{}]} if "id" in one else {}
    words = {"status": "Zombie", "constraintType": "Burst", "routingType": "Fabric"}
    one |= {name: word for name, word in words.items() if name in one}


def newer(answer: Answer) -> None:
    """Keys and words that nobody knows yet."""
    answer.turn(_newer)


def _bare(one: dict[str, Json]) -> None:
    for name in ("statusHistory", "description", "instanceType", "infrastructureProvider"):
        if name in one:
            one[name] = None
    for name in ("labels", "machineCapabilities", "deprecations", "isOnline", "routingType"):
        one.pop(name, None)


def bare(answer: Answer) -> None:
    """No more than is needed; the rest is null, or not there."""
    if answer.is_list("allocation") or "/allocation/" in answer.path:
        answer.turn(_bare)


def bodiless(answer: Answer) -> None:
    """Deletion without a body, as before June 2026."""
    if answer.method == "DELETE" and answer.status == 202:
        answer.body = b""
        answer.headers.pop("content-type", None)


def uncounted(header: str | None) -> Turn:
    """Lists whose header is missing, or says this."""

    def turn(answer: Answer) -> None:
        if answer.headers.pop("x-pagination", None) is not None and header is not None:
            answer.headers["x-pagination"] = header

    return turn


def without(end: str, status: int = 404) -> Turn:
    """A call that there is not, or not for this token."""

    def turn(answer: Answer) -> None:
        if answer.method == "GET" and answer.path.endswith(end):
            refuse(answer, status)

    return turn


def refuse(answer: Answer, status: int) -> None:
    """Have it be a refusal."""
    answer.status = status
    answer.headers["content-type"] = "application/json"
    told = {"source": "nico", "message": "not for you", "data": None}
    answer.body = json.dumps(told).encode()


def asking_whose(answer: Answer) -> None:
    """Accounts that are told when it is said whose."""
    if answer.is_list("tenant", "account") and "infrastructureProviderId=" not in answer.query:
        refuse(answer, 400)


def saying(method: str, status: int, body: str, **headers: str) -> Turn:
    """Another answer to a method, though it is done."""

    def turn(answer: Answer) -> None:
        if answer.method == method:
            answer.status, answer.body = status, body.encode()
            answer.headers = {"content-type": "application/json", **headers}

    return turn


def one_value(answer: Answer) -> None:
    """No more than one value of a parameter, as the document has it."""
    names = [part.partition("=")[0] for part in answer.query.split("&")]
    if len(names) > len(set(names)):
        refuse(answer, 422)


HABITS: Mapping[str, Turn] = {
    "newer": newer,
    "bare": bare,
    "bodiless": bodiless,
    "uncounted": uncounted(None),
    "miscounted": uncounted("string"),
    "no statistics": without("/stats"),
    "whose accounts": asking_whose,
    "one value": one_value,
}
"""What does no harm."""
