"""Recorded conversations with a real Astakos, repeated with a server and held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

RECORDED = Path(__file__).parent / "recorded"
HOLE = re.compile(r"\{\{([A-Za-z0-9_.]+)\}\}")
STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
MOMENTS = frozenset({"end_date", "start_date"})
ACCOUNT = "account/v1.0"

Exchange = Mapping[str, Any]
Send = Callable[..., Awaitable[httpx.Response]]


def world() -> dict[str, Any]:
    """The world that the conversations start from."""
    told: dict[str, Any] = json.loads((RECORDED / "world.json").read_text(encoding="utf-8"))
    return told


def exchanges() -> list[Exchange]:
    """What was asked and answered, in order."""
    lines = (RECORDED / "astakos-dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def moment(value: object) -> datetime | None:
    """An ISO 8601 time with an offset."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo and "T" in str(value) else None


MARKS: Mapping[str, Callable[[Any], bool]] = {
    "date": lambda value: moment(value) is not None,
    "text": lambda value: isinstance(value, str) and value.strip() != "",
    "string": lambda value: value is None or isinstance(value, str),
    "int": lambda value: type(value) is int,
    "any": lambda value: True,
    "optional": lambda value: True,
}


class Unknown(Exception):
    """A name that no earlier answer gave a value."""


@dataclass
class Replay:
    """One history: the names that are known, and who presents which token."""

    send: Send
    names: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    given: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        for user in world()["users"]:
            self.tokens[user["alias"]] = user["token"]
            self.names |= {
                f"{user['alias']}.{key}": user[key] for key in ("uuid", "email", "token")
            }
        for service in world()["services"]:
            self.tokens["service:" + service["name"]] = service["token"]

    async def faults(self, exchange: Exchange) -> list[str]:
        """What is wrong with the answer to one request; a request whose ids an answer of ours
        rightly never made is passed over."""
        try:
            request = self.filled(exchange["request"])
        except Unknown:
            return []
        response = await self.ask(exchange["as"], request)
        return list(self.judged(wanted(exchange), exchange, response))

    async def ask(self, who: str | None, request: Mapping[str, Any]) -> httpx.Response:
        """Send a request as it was recorded."""
        headers = {} if who is None else {"X-Auth-Token": self.tokens[who]}
        content = request.get("raw_body")
        if content is None and request.get("body") is not None:
            content = json.dumps(request["body"])
        if content is not None:
            headers["Content-Type"] = "application/json"
        headers |= request.get("headers") or {}
        base = "" if "base" in request else f"/{ACCOUNT}"
        path = f"/{request['base']}{request['path']}" if "base" in request else request["path"]
        return await self.send(request["method"], base + path, content=content, headers=headers)

    def filled(self, value: Any) -> Any:
        """A value with what is known in place of its names. Raises Unknown."""
        if isinstance(value, dict):
            return {self.filled(key): self.filled(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.filled(part) for part in value]
        if not isinstance(value, str):
            return value
        whole = HOLE.fullmatch(value)
        return self._named(whole) if whole else HOLE.sub(lambda m: str(self._named(m)), value)

    def _named(self, hole: re.Match[str]) -> Any:
        name = hole[1]
        if name in MARKS:
            return hole[0]
        if name not in self.names:
            raise Unknown(name)
        return self.names[name]

    def judged(
        self, answer: Exchange, exchange: Exchange, response: httpx.Response
    ) -> Iterator[str]:
        """Where a response departs from the answer that is wanted."""
        if response.status_code != answer["status"]:
            yield f"{response.status_code} instead of {answer['status']}: {response.text[:200]}"
            return
        yield from headers_differ(answer.get("headers") or {}, response.headers)
        if answer.get("empty"):
            if response.content:
                yield f"a body where none was: {response.text[:80]}"
            return
        body = response.json()
        if "capture" in exchange and answer is exchange["response"]:
            yield from self._captured(exchange["capture"], body)
        yield from differ(self.filled(answer["body"]), body, exchange.get("ignore", ()))
        for item in exchange.get("contains", ()):
            part = self.filled(item["item"])
            if not any(contains(part, member) for member in at(body, item["path"])):
                yield f"{item['path']} has nothing like {part}"

    def _captured(self, names: Mapping[str, str], body: Any) -> Iterator[str]:
        for name, path in names.items():
            value = at(body, path)
            kind = name.rstrip("0123456789")
            if (kind, value) in self.given and self.names.get(name) != value:
                yield f"{name} was given before: {value}"
            self.given.add((kind, value))
            self.names[name] = value


def wanted(exchange: Exchange) -> Exchange:
    """The answer that bursar owes: its own where one is given, else what was recorded."""
    ours = [one for one in exchange.get("response_alt", ()) if one["by"] == "bursar"]
    found: Exchange = ours[0] if ours else exchange["response"]
    return found


def at(body: Any, path: str) -> Any:
    """The part of a body that `a.b[0]` names."""
    for index, key in STEP.findall(path):
        body = body[int(index)] if index else body[key]
    return body


def headers_differ(want: Mapping[str, str], got: httpx.Headers) -> Iterator[str]:
    """Headers whose words are missing; those of `allow` are all there are."""
    for name, value in want.items():
        words, found = _words(value), _words(got.get(name, ""))
        if not words <= found or (name == "allow" and words != found):
            yield f"{name}: {got.get(name)!r} instead of {value!r}"


def _words(value: str) -> set[str]:
    return {word.strip().lower() for word in re.split("[,;]", value) if word.strip()}


def differ(want: Any, got: Any, ignore: tuple[str, ...], path: str = "") -> list[str]:
    """Where a value departs from what is wanted."""
    if path.lstrip(".") in ignore:
        return []
    mark = HOLE.fullmatch(want) if isinstance(want, str) else None
    if mark and mark[1] in MARKS:
        fits = MARKS[mark[1]](got)
    elif isinstance(want, dict) and isinstance(got, dict):
        return objects_differ(want, got, ignore, path)
    elif isinstance(want, list) and isinstance(got, list):
        return lists_differ(want, got, ignore, path)
    elif path.rpartition(".")[2] in MOMENTS and moment(want):
        fits = moment(want) == moment(got)
    else:
        fits = type(want) is type(got) and want == got
    return [] if fits else [f"{path or 'body'}: {got!r} instead of {want!r}"]


def objects_differ(
    want: Mapping[str, Any], got: Mapping[str, Any], ignore: tuple[str, ...], path: str
) -> list[str]:
    """Missing, unexpected and different keys."""
    needed = {key for key, value in want.items() if value != "{{optional}}"}
    found = [f"{path}.{key} is missing" for key in needed - got.keys()]
    found += [f"{path}.{key} is unexpected" for key in got.keys() - want.keys()]
    for key in want.keys() & got.keys():
        found += differ(want[key], got[key], ignore, f"{path}.{key}")
    return found


def lists_differ(want: list[Any], got: list[Any], ignore: tuple[str, ...], path: str) -> list[str]:
    """Lists are compared as multisets."""
    rest, lost = list(got), []
    for member in want:
        same = (n for n, other in enumerate(rest) if not differ(member, other, ignore, path))
        n = next(same, None)
        if n is None:
            lost.append(f"{path}: no member {member!r}")
        else:
            del rest[n]
    return lost + [f"{path}: unexpected {member!r}" for member in rest]


def contains(part: Any, whole: Any) -> bool:
    """Whether a value has at least this."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and contains(value, whole[key]) for key, value in part.items()
        )
    if isinstance(part, list):
        return all(any(contains(one, other) for other in whole) for one in part)
    return not differ(part, whole, ())
