"""Which endpoints lie at a path of an API: one tree for the dialects that ask before they tell."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from backend.core.text import UNSTORABLE

_NAMED = "{"


class Placed(Protocol):
    """An endpoint: `path` is like `/allocation/{uuid}/`."""

    @property
    def method(self) -> str:
        """Of HTTP."""
        ...

    @property
    def path(self) -> str:
        """With its variable parts in braces."""
        ...


EndpointT = TypeVar("EndpointT", bound=Placed)


@dataclass(frozen=True, slots=True)
class Resource(Generic[EndpointT]):
    """What answers at one path, by method; `names` are those of its variable parts."""

    path: str
    names: tuple[str, ...]
    endpoints: dict[str, EndpointT] = field(default_factory=dict)

    def get(self, method: str) -> EndpointT | None:
        """What answers; HEAD is GET without its body."""
        return self.endpoints.get("GET" if method == "HEAD" else method)


class Paths(Generic[EndpointT]):
    """A tree of resources; each is told as `prefix` and its own path."""

    def __init__(self, endpoints: Iterable[EndpointT], prefix: str = "") -> None:
        self._tree: dict[str, Any] = {}
        for endpoint in endpoints:
            node, parts = self._tree, _parts(endpoint.path.strip("/"))
            for part in parts:
                node = node.setdefault(_NAMED if part.startswith(_NAMED) else part, {})
            names = tuple(part[1:-1] for part in parts if part.startswith(_NAMED))
            found = node.setdefault("", Resource(prefix + endpoint.path, names))
            found.endpoints[endpoint.method] = endpoint

    def find(self, scope: MutableMapping[str, Any], path: str) -> Resource[EndpointT] | None:
        """What is at a path without its first slash; then it is the `route` of the ASGI scope, with
        its `path_params`."""
        node, values = self._tree, []
        for part in _parts(path):
            if part in node and part not in ("", _NAMED):
                node = node[part]
            elif part and _NAMED in node:
                node = node[_NAMED]
                values.append(part)
            else:
                return None
        found: Resource[EndpointT] | None = node.get("")
        if found is None or UNSTORABLE.search(path):
            return None
        scope["route"] = found
        scope["path_params"] = dict(zip(found.names, values, strict=True))
        return found


def _parts(path: str) -> list[str]:
    return path.split("/") if path else []
