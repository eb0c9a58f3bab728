"""JSON that is stored as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any


def object_of(text: str) -> Mapping[str, Any]:
    """The JSON object in a text, an empty one where there is none, as after tampering."""
    with suppress(ValueError):
        found = json.loads(text or "{}")
        if isinstance(found, dict):
            return found
    return {}
