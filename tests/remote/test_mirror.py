"""What a console on an Astakos shows: what is to be seen, and that the rest is not known."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.core.errors import BadReply, NotAllowed, NotFound, NotSignedIn
from backend.core.identity import Role
from backend.core.listing import Query
from backend.core.principals import add, digest, give, parse_grant
from backend.projects.model import (
    ApproveApplication,
    Capacity,
    ChangeMembership,
    ChangeUser,
    MembershipAction,
    ProjectAction,
    UserAction,
    UserState,
)
from backend.projects.store.memberships import memberships_in
from backend.quotas.model import QuotaState
from backend.remote import RemoteBackend
from tests.remote import scripted
from tests.remote.conftest import Stand, until
from tests.remote.consoles import console
from tests.worlds import CPU, OPERATOR, VM, person

REVOKE = "DELETE FROM principal_token WHERE sha256 = ?"
HOSTILE = "a\x1b[31mred\u202e\x07 \ud800"


async def rows(backend: RemoteBackend, text: str = "", view: str = "") -> list[Any]:
    return list(await backend.quotas.listing.page(Query(text, view), 1000))


def busy(stand: Stand) -> str:
    """A project with two members who use something."""
    uuid = stand.world.project("busy.lab", (10, 4))
    for letter in "MN":
        stand.world.enroll(letter, uuid)
    stand.world.charge("M", uuid, 3)
    stand.world.charge("N", uuid, 1, keep=False)
    return uuid


def test_figures_are_those_of_the_database(stand: Stand) -> None:
    busy(stand)

    async def scene(backend: RemoteBackend) -> list[Any]:
        return await rows(backend, "busy.lab cyclades") + await rows(backend, "busy", "pools")

    def shown(found: list[Any]) -> list[Any]:
        return [
            (row.holder, row.project, row.resource, row.limit, row.usage, row.pending, row.left)
            for row in found
            if row.resource != "astakos.pending_app"
        ]

    async def oracle(backend: RemoteBackend) -> list[Any]:
        listing = stand.oracle.quotas.listing
        found = await listing.page(Query("busy.lab cyclades"), 1000)
        return [*found, *await listing.page(Query("busy", "pools"), 1000)]

    theirs = shown(stand.play(scene))
    assert theirs
    assert theirs == shown(stand.play(oracle))


def test_without_a_service_its_usage_is_unknown_and_limits_follow_from_projects(
    stand: Stand,
) -> None:
    busy(stand)

    async def scene(backend: RemoteBackend) -> None:
        found = await rows(backend, "busy.lab vm")
        assert [(row.holder, row.limit, row.project_limit) for row in found] == [
            ("m@uni.example", 4, 10),
            ("n@uni.example", 4, 10),
        ]
        assert {row.state for row in found} == {QuotaState.UNKNOWN}
        assert not any(row.known or row.project_known or row.room_known for row in found)
        for text in ("used>0", "used<1", "left>0", "left<=0", "over", "full", "state:ok"):
            assert await rows(backend, f"busy.lab vm {text}") == [], text
        assert await rows(backend, "busy.lab vm unknown") == found
        assert await backend.quotas.history([found[0].key], 10**9, 10) == {}
        (project,) = await backend.projects.listing.page(Query("busy.lab"), 10)
        assert (project.tightest, project.usage_known, project.members) == ((), False, 2)
        catalog = {row.name: row for row in await backend.quotas.catalog.page(Query(), 99)}
        assert not catalog[VM].complete
        assert not catalog[VM].resource.known
        assert "AcceptCommission" in backend.connection.lacks

    stand.play(scene, services=())


def test_one_s_own_usage_is_known_without_any_service(stand: Stand) -> None:
    uuid = busy(stand)

    async def scene(backend: RemoteBackend) -> None:
        found = {row.holder: row for row in await rows(backend, "busy.lab vm")}
        mine = found["m@uni.example"]
        assert (mine.usage, mine.project_usage, mine.left) == (3, 4, 1)
        assert "n@uni.example" not in found
        (pool,) = await rows(backend, "busy.lab vm", "pools")
        assert (pool.usage, pool.known) == (4, True)
        assert backend.connection.actor.role is Role.USER
        assert {"ApproveApplication", "ChangeProjectState"} <= backend.connection.lacks.keys()

    stand.play(scene, token="M", services=())
    assert stand.world.see(uuid).state == "active"


def test_an_owner_sees_members_whose_usage_is_unknown(stand: Stand) -> None:
    busy(stand)

    async def scene(backend: RemoteBackend) -> None:
        found = await rows(backend, "busy.lab vm")
        assert [(row.holder, row.known) for row in found] == [
            ("m@uni.example", False),
            ("n@uni.example", False),
        ]

    stand.play(scene, token="O", services=())


def test_a_refused_service_hides_what_it_would_show_and_nothing_else(stand: Stand) -> None:
    busy(stand)

    async def scene(backend: RemoteBackend) -> None:
        (warning,) = (await backend.badges()).warnings
        assert warning.startswith("cyclades: its token is refused")
        assert {row.known for row in await rows(backend, "busy.lab vm")} == {False}
        assert len(await backend.projects.listing.page(Query(), 9)) == 1

    stand.play(scene, services={"cyclades": "wrong", "astakos": "astakos"})


def test_what_a_service_showed_is_known_no_more_once_it_is_refused(stand: Stand) -> None:
    busy(stand)

    async def scene(backend: RemoteBackend) -> None:
        before = await backend.badges()
        assert (before.pending, before.partial) == (1, ())
        assert {row.known for row in await rows(backend, "busy.lab vm")} == {True}
        stand.world.database.write(lambda tx: tx.execute(REVOKE, (digest("cyclades"),)))

        async def refused() -> bool:
            badges = await backend.badges()
            return (badges.pending, badges.partial) == (0, ("over",))

        await until(backend, refused)
        assert await backend.quotas.commissions.page(Query(), 9) == []
        assert {row.known for row in await rows(backend, "busy.lab vm")} == {False}
        stand.world.database.write(lambda tx: give(tx, [("service:cyclades", digest("cyclades"))]))

        async def again() -> bool:
            return await backend.badges() == before

        await until(backend, again)

    stand.play(scene)


def test_an_admin_who_is_no_user_is_told_what_his_token_lacks(stand: Stand) -> None:
    stand.world.database.write(
        lambda tx: add(tx, OPERATOR, "ops", [parse_grant("astakos:admin")], digest("ops"), 0)
    )

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(NotSignedIn, match="grant astakos:user:<uuid>"):
            await backend.badges()

    stand.play(scene, token="ops")


def test_people_are_known_by_address_and_not_by_standing(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        found = {row.email: row for row in await backend.projects.people.page(Query(), 99)}
        assert found["a@uni.example"].state is UserState.ACTIVE
        assert found["m@uni.example"].state is UserState.UNKNOWN
        assert "command line" in backend.connection.lacks["ChangeUser"]

    stand.play(scene)


def test_people_are_found_who_are_in_no_project_that_is_shown(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        assert await backend.projects.people.page(Query("l@uni"), 9) == []
        assert (await backend.projects.find_person("L@uni.example")).uuid == person("L")
        assert (await backend.projects.find_person(person("N"))).email == "n@uni.example"
        with pytest.raises(NotFound):
            await backend.projects.find_person("nobody@uni.example")

    stand.play(scene, token="M", services=())


def test_previews_say_that_who_goes_over_cannot_be_told(stand: Stand) -> None:
    uuid = busy(stand)
    _, number = stand.world.submit("O", uuid, grants={VM: Capacity(5, 2)})
    command = ApproveApplication(actor=stand.oracle.connection.actor, application=number)

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)
        assert any("who goes over cannot be told" in warning for warning in plan.warnings)
        assert not any(impact.known for impact in plan.impacts)
        assert plan.going_over == ()

    stand.play(scene, services=())

    async def whole(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)
        assert [one.holder for one in plan.going_over] == ["m@uni.example"]
        assert plan.warnings == ()

    stand.play(whole)


def test_defaults_that_are_not_shown_are_not_made_up(stand: Stand) -> None:
    _, number = stand.world.submit("O", name="new.lab", grants={VM: Capacity(5, 2)})

    async def scene(backend: RemoteBackend) -> None:
        me = (await backend.projects.find_person("a@uni.example")).uuid
        assert me == person("A")
        plan = await backend.plan(
            ApproveApplication(actor=backend.connection.actor, application=number)
        )
        assert any("server's defaults" in warning for warning in plan.warnings)
        assert CPU not in {change.field for change in plan.changes}

    stand.play(scene)


def test_rows_keep_their_keys_whatever_is_read_again(stand: Stand) -> None:
    uuid = busy(stand)

    async def scene(backend: RemoteBackend) -> None:
        before = [(row.key, row.holder) for row in await rows(backend)]
        await asyncio.to_thread(stand.world.act, uuid, ProjectAction.SUSPEND)
        await asyncio.to_thread(stand.world.project, "aaa.lab", (5, 5))

        async def suspended() -> bool:
            return {row.limit for row in await rows(backend, "busy.lab vm")} == {0}

        await until(backend, suspended)
        after = {row.key: row.holder for row in await rows(backend)}
        assert all(after[key] == holder for key, holder in before)

    stand.play(scene)


def test_what_is_no_longer_shown_is_gone(stand: Stand) -> None:
    uuid = stand.world.project("left.lab", (10, 4))
    stand.world.enroll("M", uuid)

    async def scene(backend: RemoteBackend) -> None:
        (row,) = await backend.projects.listing.page(Query("left.lab"), 9)
        (member,) = stand.oracle.database.read(lambda tx: memberships_in(tx, [uuid]))
        remove = ChangeMembership(
            actor=OPERATOR, membership=member.id, action=MembershipAction.REMOVE
        )
        await asyncio.to_thread(stand.world.do, remove)

        async def gone() -> bool:
            return await backend.projects.listing.page(Query("left.lab"), 9) == []

        await until(backend, gone)
        with pytest.raises(NotFound):
            await backend.projects.detail(row.key)

    stand.play(scene, token="M", services=())


def test_hostile_texts_are_kept_as_they_are(stand: Stand) -> None:
    project = {
        "id": "p1",
        "name": HOSTILE,
        "state": "active",
        "owner": "u1",
        "creation_date": "2026-01-01T00:00:00",
        "end_date": "2113-01-01T00:00:00Z",
        "homepage": None,
        "base_project_id": "p1",
    }

    async def scene(backend: RemoteBackend) -> None:
        (row,) = await backend.projects.listing.page(Query(), 9)
        assert (row.name, row.owner) == (HOSTILE.replace("\ud800", "\ufffd"), "<b>\x1b[2j")
        assert (row.created_at, row.max_members) == (1767225600000000, 2**63 - 1)
        await backend.close()

    server = _server({"/projects": [project], "/user_catalogs": _names({"u1": "<b>\x1b[2J"})})
    asyncio.run(scene(console(server, services=())))


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"state": "melted"}, '[0].state: "melted"'),
        ({"id": 7}, "[0].id: 7"),
        ({"end_date": "soon"}, '[0].end_date: "soon"'),
        (
            {"resources": {"vm": {"project_capacity": -1, "member_capacity": 0}}},
            "[0].resources.vm.project_capacity: -1",
        ),
    ],
)
def test_nonsense_is_told_with_its_place(broken: dict[str, Any], told: str) -> None:
    project = {
        "id": "p1",
        "name": "x",
        "state": "active",
        "creation_date": "2026-01-01T00:00:00+00:00",
        "end_date": "2113-01-01T00:00:00+00:00",
    }

    async def scene() -> None:
        backend = console(_server({"/projects": [{**project, **broken}]}), services=())
        try:
            await backend.badges()
        finally:
            await backend.close()

    with pytest.raises(BadReply) as refused:
        asyncio.run(scene())
    assert told in refused.value.message


def _names(catalog: dict[str, str]) -> dict[str, Any]:
    return {"uuid_catalog": catalog, "displayname_catalog": {}}


def _server(bodies: dict[str, Any]) -> Any:
    place = {"versionId": "v1.0", "publicURL": "http://elsewhere.test/account/v1.0"}
    access = {
        "user": {"id": "u0", "name": "Ada"},
        "serviceCatalog": [{"name": "astakos_account", "endpoints": [place]}],
    }
    usual = {
        "/tokens": {"access": access},
        "/resources": {},
        "/memberships": [],
        "/quotas": {},
        "/user_catalogs": _names({}),
    }
    return scripted.by_path({**usual, **bodies})


def test_what_the_api_cannot_do_is_refused_with_the_reason(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        command = ChangeUser(
            actor=backend.connection.actor, user=person("M"), action=UserAction.DEACTIVATE
        )
        with pytest.raises(NotAllowed, match="people are moderated"):
            await backend.plan(command)

    stand.play(scene)
