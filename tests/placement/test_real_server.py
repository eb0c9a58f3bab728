"""The real server is there for the tests, whichever worker asks for it."""

from __future__ import annotations

import httpx
import pytest

from tests.openstack import ADMIN

pytestmark = pytest.mark.slow


def test_it_answers(placement_url: str) -> None:
    headers = {"X-Auth-Token": ADMIN, "OpenStack-API-Version": "placement latest"}
    answer = httpx.get(f"{placement_url}/resource_providers", headers=headers)
    assert answer.headers["openstack-api-version"] == "placement 1.39"
    assert answer.json().keys() == {"resource_providers"}
