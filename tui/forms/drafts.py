"""What was typed and not sent yet, kept in private files so that a cut line loses nothing.

A draft holds people's words: it is never logged, and its file is the operator's alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from backend.core.errors import StorageError
from tui import files
from tui.format.names import cut

DAY = 86_400_000_000
LONGEST = 30 * DAY
"""Microseconds until a draft is forgotten."""
MOST = 50
FEW, BRIEF = 3, 40
"""Values of a draft that are told, and characters of each."""
LARGEST = 256 * 1024
"""Bytes of one draft."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Values by field id, and the text of an editor that could not be read; `at` microseconds
    since the epoch. `before` is what stood in the fields when they were opened."""

    at: int
    values: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    before: Mapping[str, str] = field(default_factory=dict)

    def told(self, labels: Mapping[str, str]) -> str:
        """Of what it is: the first few values, in this order of fields, with what these are."""
        texts = ((label, " ".join(self.values.get(id, "").split())) for id, label in labels.items())
        found = [f"{label} {cut(text, BRIEF)}" for label, text in texts if text]
        return ", ".join(found[:FEW]) or "a text from the editor"


class Drafts:
    """The drafts in a folder, by key; without a folder nothing is kept. Old ones are looked
    for when the first one is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "drafts" if folder else None
        self._tidy = False

    def find(self, key: str) -> Draft | None:
        """The draft of a key; what is damaged is none."""
        if (file := self._file(key)) is None:
            return None
        try:
            if file.stat().st_size > LARGEST:
                return None
            found = json.loads(file.read_text(encoding="utf-8"))
            values, before = _texts(found["values"]), _texts(found.get("before", {}))
            return Draft(int(found["at"]), values, str(found["text"]), before)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def keep(self, key: str, draft: Draft) -> bool:
        """Keep a draft in place of an earlier one, whole or not at all; False where none are
        kept. Raises StorageError."""
        if (file := self._file(key)) is None:
            return False
        found = {"at": draft.at, "values": dict(draft.values), "text": draft.text}
        found |= {"before": dict(draft.before)} if draft.before else {}
        data = json.dumps(found).encode()
        if len(data) > LARGEST:
            raise StorageError("the draft is too large to be kept", hint="shorten it")
        try:
            files.replace(file, data)
            os.utime(file, ns=(draft.at * 1000, draft.at * 1000))
        except OSError as error:
            told = f"drafts cannot be kept: {file.parent}: {error.strerror}"
            raise StorageError(told, hint="check the directory") from error
        if not self._tidy:
            self._tidy = True
            self._forget(draft.at)
        return True

    def drop(self, key: str) -> None:
        """Forget a draft."""
        if (file := self._file(key)) is not None:
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def _file(self, key: str) -> Path | None:
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        return self._folder / f"{name}.json" if self._folder else None

    def _forget(self, now: int) -> None:
        """Drop what is old, and the oldest where there are too many."""
        newest = sorted(self._aged(), reverse=True)
        for place, (at, file) in enumerate(newest):
            if place >= MOST or now - at > LONGEST:
                with suppress(OSError):
                    file.unlink()

    def _aged(self) -> Iterator[tuple[int, Path]]:
        assert self._folder is not None
        for file in self._folder.iterdir():
            with suppress(OSError):
                yield file.stat().st_mtime_ns // 1000, file


def _texts(found: Mapping[object, object]) -> dict[str, str]:
    return {str(id): str(text) for id, text in found.items()}
