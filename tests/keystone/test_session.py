"""Signing in at a Keystone: every way of saying who one is, renewal, and the catalog."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx
import pytest
from starlette.responses import Response

from backend.core.errors import BadReply, BursarError, Invalid, NotFound, NotSignedIn
from backend.http import Http, x_auth_token
from backend.keystone.login import Login, request
from backend.keystone.session import Keystone
from backend.placement.client import PlacementClient, failure
from tests.keystone.identity import (
    AUTH_URL,
    CREDENTIAL,
    CREDENTIAL_SECRET,
    HASTY,
    PASSWORD,
    PLACEMENT_URL,
    PUBLIC,
    Identity,
)
from tests.remote.scripted import answering, by_path, told

T = TypeVar("T")
ADA = {"auth_url": AUTH_URL, "username": "ada", "project_name": "ops"}
PASSWORDS = Login(ADA, PASSWORD)
CREDENTIALS = Login(
    {"auth_url": AUTH_URL, "application_credential_id": CREDENTIAL}, CREDENTIAL_SECRET
)


def signed(cloud: Identity, login: Login, scene: Callable[[Keystone], Awaitable[T]]) -> T:
    """What comes of a scene with whoever signs in so."""
    return asyncio.run(_played(scene(Keystone(lambda: login, cloud.http()))))


async def _played(scene: Awaitable[T]) -> T:
    return await scene


@pytest.mark.parametrize("login", [PASSWORDS, CREDENTIALS], ids=["password", "credential"])
def test_a_token_is_given_once(login: Login) -> None:
    cloud = Identity()

    async def scene(keystone: Keystone) -> tuple[str, str]:
        assert (await keystone.signed_in()).user == "ada"
        return await keystone(), await keystone("it expired")

    assert signed(cloud, login, scene) == ("gAAAA-1", "gAAAA-2")


@pytest.mark.parametrize(
    ("auth", "identity", "scope"),
    [
        (
            {"username": "ada", "user_domain_name": "Staff", "project_name": "ops"},
            {"user": {"name": "ada", "domain": {"name": "Staff"}, "password": "x"}},
            {"project": {"name": "ops", "domain": {"id": "default"}}},
        ),
        (
            {"user_id": "u", "project_id": "p"},
            {"user": {"id": "u", "password": "x"}},
            {"project": {"id": "p"}},
        ),
        (
            {"user_id": "u", "system_scope": "all"},
            {"user": {"id": "u", "password": "x"}},
            {"system": {"all": True}},
        ),
        (
            {"user_id": "u", "domain_id": "d"},
            {"user": {"id": "u", "password": "x"}},
            {"domain": {"id": "d"}},
        ),
        ({"user_id": "u"}, {"user": {"id": "u", "password": "x"}}, None),
    ],
)
def test_people_and_what_they_act_on(
    auth: Mapping[str, str], identity: object, scope: object
) -> None:
    asked: Any = request(Login({"auth_url": AUTH_URL, **auth}, "x"))["auth"]
    assert asked["identity"] == {"methods": ["password"], "password": identity}
    assert asked.get("scope") == scope


def test_credentials_and_tokens() -> None:
    named = {"application_credential_name": "ci", "username": "ada", "user_domain_id": "d"}
    asked: Any = request(Login({"auth_url": AUTH_URL, **named}, "x"))["auth"]
    told = {"name": "ci", "user": {"name": "ada", "domain": {"id": "d"}}, "secret": "x"}
    assert asked == {
        "identity": {"methods": ["application_credential"], "application_credential": told}
    }
    asked = request(Login({"auth_url": AUTH_URL, "project_id": "p"}, "old"))["auth"]
    assert asked == {
        "identity": {"methods": ["token"], "token": {"id": "old"}},
        "scope": {"project": {"id": "p"}},
    }
    with pytest.raises(Invalid, match="whose application credential"):
        request(Login({"auth_url": AUTH_URL, "application_credential_name": "ci"}, "x"))


@pytest.mark.parametrize("url", [AUTH_URL, f"{AUTH_URL}/", f"{AUTH_URL}/v3", f"{AUTH_URL}/v3/"])
def test_the_version_may_be_named_or_not(url: str) -> None:
    login = Login({**ADA, "auth_url": url}, PASSWORD)
    assert signed(Identity(), login, lambda keystone: keystone()) == "gAAAA-1"


def test_a_refused_password_is_told_without_it() -> None:
    with pytest.raises(NotSignedIn, match="requires authentication") as caught:
        signed(Identity(), Login(ADA, "wrong-s3cret"), lambda keystone: keystone())
    assert "wrong-s3cret" not in str(caught.value)
    assert "check" in caught.value.hint
    assert "wrong-s3cret" not in repr(Login(ADA, "wrong-s3cret"))


def failing(transport: httpx.AsyncBaseTransport) -> BursarError:
    async def scene() -> None:
        def http(*where: Any, **how: Any) -> Http:
            return Http(*where, transport=transport, patience=HASTY, **how)

        await Keystone(lambda: PASSWORDS, http)()

    with pytest.raises(BursarError) as caught:
        asyncio.run(scene())
    return caught.value


def test_what_repeats_the_secret_is_not_repeated() -> None:
    async def echo(_: Any) -> Response:
        return told({"error": {"message": f"{PASSWORD} is wrong"}}, 403)

    error = failing(httpx.ASGITransport(answering(echo)))
    assert PASSWORD not in str(error)
    assert "*** is wrong" in error.message


@pytest.mark.parametrize("body", [{}, [], {"token": {}}, {"token": {"expires_at": "never"}}])
def test_what_is_no_keystone_is_said_to_be_none(body: object) -> None:
    assert isinstance(failing(by_path({"/auth/tokens": body})), BadReply)


def located(login: Login = PASSWORDS, *endpoints: Mapping[str, Any]) -> str:
    cloud = Identity(endpoints or (PUBLIC,))
    return signed(cloud, login, lambda keystone: keystone.endpoint("placement"))


OTHER = {**PUBLIC, "region": "two", "region_id": "two", "url": "https://two.test/"}
INSIDE = {**PUBLIC, "interface": "internal", "url": "https://inside.test/placement"}


def test_the_catalog_says_where_it_is() -> None:
    assert located() == PLACEMENT_URL
    assert located(PASSWORDS, PUBLIC, INSIDE) == PLACEMENT_URL
    assert located(Login(ADA, PASSWORD, interface="internal"), PUBLIC, INSIDE) == INSIDE["url"]
    assert located(Login(ADA, PASSWORD, region="two"), PUBLIC, OTHER) == "https://two.test"


def test_a_catalog_that_does_not_help() -> None:
    with pytest.raises(Invalid, match="several regions: one, two"):
        located(PASSWORDS, PUBLIC, OTHER)
    with pytest.raises(NotFound, match="no admin endpoint of placement in three"):
        located(Login(ADA, PASSWORD, region="three", interface="admin"))
    with pytest.raises(NotFound, match="no public endpoint"):
        located(PASSWORDS, {**PUBLIC, "url": None})
    with pytest.raises(BadReply, match="read on the way"):
        located(PASSWORDS, {**PUBLIC, "url": "http://placement.test"})


def test_an_expired_token_is_renewed_in_passing() -> None:
    cloud = Identity()

    async def nothing(_: Any) -> Response:
        return told({"resource_providers": []})

    served = cloud.guarding(answering(nothing))

    async def scene(keystone: Keystone) -> None:
        http = Http(
            PLACEMENT_URL,
            token=keystone,
            sign=x_auth_token,
            failure=failure,
            transport=httpx.ASGITransport(served),
            patience=HASTY,
        )
        client = PlacementClient(http, 39)
        assert await client.providers() == []
        cloud.good.clear()
        assert await client.providers() == []
        assert cloud.given == 2
        await http.close()

    signed(cloud, PASSWORDS, scene)
