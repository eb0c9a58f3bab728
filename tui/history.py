"""Where the operator was: lists with their query and cursor, to go back to; without Textual."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.core.listing import Query

KEPT = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A list as it was looked at; `key` is the row under its cursor."""

    list: str
    query: Query
    key: int = 0


class History:
    """The places that were visited, and which of them is on screen."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1

    @property
    def here(self) -> Place | None:
        """What is on screen."""
        return self._places[self._at] if self._places else None

    def visit(self, list: str, query: Query) -> None:
        """Another list, or the same with another query, is on screen; what was ahead is gone."""
        here = self.here
        if here is not None and (here.list, here.query) == (list, query):
            return
        self._places = [*self._places[: self._at + 1], Place(list, query)][-KEPT:]
        self._at = len(self._places) - 1

    def rest(self, list: str, key: int) -> None:
        """The cursor of the list on screen is there."""
        here = self.here
        if here is not None and here.list == list:
            self._places[self._at] = replace(here, key=key)

    def step(self, by: int) -> Place | None:
        """Go back (-1) or forward (1); None when there is nothing."""
        if not 0 <= self._at + by < len(self._places):
            return None
        self._at += by
        return self.here

    def last_list(self) -> Place | None:
        """The place that was looked at before this list, which becomes the newest."""
        here = self.here
        before = [one for one in self._places[: self._at] if here and one.list != here.list]
        return before[-1] if before else None
