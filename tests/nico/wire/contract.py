"""What answers are held against: our OpenAPI document, and NVIDIA's own description of the API
where the shared files are at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.responses.exceptions import ResponseFinderError
from openapi_core.testing import MockRequest, MockResponse

from backend.nico.routes import ENDPOINTS, NAME
from backend.server.app import NICO
from backend.server.openapi import document
from tests.server.test_openapi import judge

HOST = "http://127.0.0.1:8388"
SHARED = Path(os.environ.get("BURSAR_SHARED") or Path(__file__).parents[4] / "shared")
PLACE = SHARED / "spec" / "nico-openapi-subset.yaml"
ABSENT = "NVIDIA's OpenAPI subset is not here: set BURSAR_SHARED to the shared files"
NOTHING, NONE = b'"availablePrefixes":null', b'"availablePrefixes":[]'
"""What NVIDIA's server says of a block that is given away whole, and what its document has."""
ENVELOPE = {"source", "message", "data"}
PREFIX = f"{NICO}/{{org}}/{NAME}"
"""Where our document has the calls."""


class Contract:
    """A document; `whole` says that it describes every status."""

    def __init__(self, told: Mapping[str, Any], *, whole: bool) -> None:
        self._api = judge(told)
        self._whole = whole
        self._paths = told["paths"]
        self.judged: set[tuple[str, str, int]] = set()
        """Which answers were held against it, by method, path and status."""

    def operations(self) -> list[tuple[str, str]]:
        """Method and path of all that it describes."""
        return [
            (method.upper(), path)
            for path, item in self._paths.items()
            for method in item
            if method != "parameters" and path.startswith(NICO)
        ]

    def mistake(self, request: httpx.Request) -> str:
        """Why a request is not as it should be, `` when it is; raises PathError where there is no
        such call."""
        query = request.url.params.multi_items()
        asked = MockRequest(
            HOST,
            request.method.lower(),
            request.url.path,
            args={name: [one for key, one in query if key == name] for name, _ in query},
            headers=dict(request.headers),
            data=request.content or None,
            content_type=request.headers.get("content-type", ""),
        )
        try:
            self._api.validate_request(asked)
        except PathError:
            raise
        except OpenAPIError as error:
            return f"{request.method} {request.url}: {error} {error.__cause__}"
        return ""

    def fault(self, answer: httpx.Response) -> str:
        """Why an answer is not as it should be, `` when it is, or not described."""
        request, path = answer.request, answer.request.url.path
        asked = MockRequest(HOST, request.method.lower(), path)
        kind = answer.headers.get("content-type", "")
        content = answer.content if self._whole else answer.content.replace(NOTHING, NONE)
        given = MockResponse(content, answer.status_code, dict(answer.headers), kind)
        where = f"{request.method} {path} {answer.status_code}"
        try:
            self._api.validate_response(asked, given)
        except PathError:
            return "" if not self._whole or answer.status_code in (404, 405) else where
        except ResponseFinderError:
            known = not self._whole and set(answer.json()) == ENVELOPE
            return "" if known else f"{where}: {answer.text}"
        except OpenAPIError as error:
            return f"{where}: {error} {error.__cause__}"
        self.judged.add((request.method, path, answer.status_code))
        return ""


def ours() -> Contract:
    """Our document as clients read it."""
    told: dict[str, Any] = json.loads(json.dumps(document({}, {}, {}, {PREFIX: ENDPOINTS})))
    return Contract({**told, "servers": [{"url": HOST}]}, whole=True)


def theirs() -> Contract | None:
    """NVIDIA's document, None where the file is absent."""
    if not PLACE.is_file():
        return None
    return Contract(yaml.safe_load(PLACE.read_text(encoding="utf-8")), whole=False)
