"""Changes through NICo's API: previewed on what is there, sent once, never guessed at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.core.errors import (
    BursarError,
    Conflict,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    PreviewStale,
    ReadOnly,
)
from backend.core.listing import Query
from backend.core.plan import Command
from backend.nico.model import (
    CreateBlock,
    DeleteNicoAllocation,
    ModifyNicoAllocation,
    Routing,
    SetConstraintValue,
)
from backend.nico.store import allocations
from backend.remote import RemoteBackend
from tests.nasty import ANSWERS, Fault, Request, answer, gone, reset, saying
from tests.nico.cloud import B16, G100, S1, T2, Cloud, giving
from tests.remote.nico import strange
from tests.remote.nico.conftest import Stand, carry_out, setting
from tests.worlds import OPERATOR

FAULTS: dict[str, Fault] = {name: saying(octets) for name, octets in ANSWERS.items()}
FAULTS["reset"] = reset
JSON = "Content-Type: application/json"


def writing(request: Request) -> bool:
    return request.method != "GET"


def reading(request: Request) -> bool:
    return request.method == "GET"


def changes(cloud: Cloud) -> dict[str, tuple[Command, Callable[[], object]]]:
    """Every change, and how to see that it was done."""
    uuid, other, third = (cloud.give(G100, 2, name=name) for name in ("set", "named", "deleted"))
    net = cloud.give(B16, 24, name="net")
    return {
        "set": (cloud.setting(uuid, 3), lambda: cloud.value(uuid) == 3),
        "carve": (cloud.setting(net, 23), lambda: cloud.cidr(net) == "10.20.0.0/23"),
        "rename": (
            ModifyNicoAllocation(actor=OPERATOR, allocation=other, name="renamed"),
            lambda: getattr(cloud.allocation(other), "name", "") == "renamed",
        ),
        "delete": (
            DeleteNicoAllocation(actor=OPERATOR, allocation=third),
            lambda: cloud.allocation(third) is None,
        ),
        "create": (
            giving(G100, 1, T2, "new", actor=OPERATOR),
            lambda: cloud.see(allocations.named, T2, S1, "new") is not None,
        ),
    }


KINDS = ("set", "carve", "rename", "delete", "create")


@pytest.mark.parametrize("habit", ["", *strange.HABITS])
def test_everything_is_done_whatever_the_server_is_used_to(stand: Stand, habit: str) -> None:
    found = changes(stand.cloud)
    if habit:
        stand.strange.turns.append(strange.HABITS[habit])

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        for command, _ in found.values():
            await carry_out(backend, command)

    stand.play(scene)
    assert {name: is_done() for name, (_, is_done) in found.items()} == dict.fromkeys(found, True)
    assert [method for method, _ in stand.sent] == ["PATCH", "PATCH", "PATCH", "DELETE", "POST"]


def test_the_request_is_shown_as_it_is_sent(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 2)
    command = stand.cloud.setting(uuid, 3)

    async def scene(backend: RemoteBackend) -> str:
        plan = await backend.plan(command)
        await backend.apply(plan, "")
        return plan.request.path

    path = stand.play(scene)
    constraint = stand.cloud.constraint(uuid).uuid
    assert path == f"/v2/org/acme/nico/allocation/{uuid}/constraint/{constraint}"
    assert stand.sent == [("PATCH", path)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["reset", "500", "login page", "NaN"])
def test_a_change_that_was_not_done_is_not_sent_again(stand: Stand, kind: str, fault: str) -> None:
    """Its answer says nothing, and the server does not show it."""
    command, is_done = changes(stand.cloud)[kind]

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)
        stand.line.turn(FAULTS[fault], writing)
        with pytest.raises(OutcomeUnknown, match="does not show it"):
            await backend.apply(plan, "")

    stand.play(scene)
    assert len(stand.sent) == 1
    assert not is_done()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["lost", "login page"])
def test_a_change_whose_answer_is_lost_is_looked_for(stand: Stand, kind: str, how: str) -> None:
    command, is_done = changes(stand.cloud)[kind]
    page = "<html>Sign in</html>"
    login = strange.saying(command_method(kind), 200, page, **{"content-type": "text/html"})

    async def scene(backend: RemoteBackend) -> str:
        plan = await backend.plan(command)
        if how == "lost":
            stand.line.turn(gone, writing)
        else:
            stand.strange.turns.append(login)
        return (await backend.apply(plan, "")).message

    assert stand.play(scene)
    assert len(stand.sent) == 1
    assert is_done()


def command_method(kind: str) -> str:
    return {"delete": "DELETE", "create": "POST"}.get(kind, "PATCH")


def test_a_change_is_settled_by_the_next_console(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 2)
    command = stand.cloud.setting(uuid, 3)

    async def lost(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)
        stand.line.turn(FAULTS["reset"], writing)
        with pytest.raises(OutcomeUnknown):
            await backend.apply(plan, "busy")

    stand.play(lost)
    stand.line.turn(None)
    stand.cloud.set(uuid, 3)  # it comes late

    async def later(backend: RemoteBackend) -> list[str]:
        await backend.badges()
        return [row.outcome for row in await backend.journal.listing.page(Query(), 9)]

    assert "done" in stand.play(later)


def test_what_somebody_else_changed_meanwhile_stays_unknown(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 2)
    command = stand.cloud.setting(uuid, 3)

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)

        async def overtaken(nasty: object, request: Request, writer: object) -> None:
            stand.cloud.set(uuid, 5)
            await reset(nasty, request, writer)  # type: ignore[arg-type]

        stand.line.turn(overtaken, writing)
        with pytest.raises(OutcomeUnknown, match="somebody else changed it"):
            await backend.apply(plan, "")

    stand.play(scene)
    assert stand.cloud.value(uuid) == 5


@pytest.mark.parametrize("what", ["value", "room", "network", "name", "gone"])
def test_what_changed_underneath_refuses_the_preview(stand: Stand, what: str) -> None:
    cloud = stand.cloud
    machines, net = cloud.give(G100, 4, name="machines"), cloud.give(B16, 24, name="net")
    command: Command = cloud.setting(machines, 5)
    if what == "network":
        command = cloud.setting(net, 23)
    elif what == "name":
        command = ModifyNicoAllocation(actor=OPERATOR, allocation=machines, name="other")

    def meanwhile() -> None:
        if what == "value":
            cloud.set(machines, 6)
        elif what == "room":
            cloud.give(G100, 6, T2)
        elif what == "network":
            cloud.give(B16, 24, T2)  # the next one: the /23 is carved elsewhere now
        elif what == "name":
            cloud.give(G100, 1, name="other")
        else:
            cloud.delete(machines)

    async def scene(backend: RemoteBackend) -> BursarError:
        plan = await backend.plan(command)
        meanwhile()
        with pytest.raises(BursarError) as refused:
            await backend.apply(plan, "")
        return refused.value

    kinds = {"value": PreviewStale, "network": PreviewStale, "name": Conflict, "gone": NotFound}
    assert isinstance(stand.play(scene), kinds.get(what, BursarError))
    assert stand.sent == []


def test_what_was_done_and_what_was_refused_are_told_alike(stand: Stand) -> None:
    cloud = stand.cloud
    uuid = cloud.give(G100, 2, name="train")
    command = cloud.setting(uuid, 3)
    less = cloud.setting(uuid, 1)

    async def scene(backend: RemoteBackend) -> list[tuple[str, str, str]]:
        await backend.apply(await backend.plan(command), "")
        plan = await backend.plan(less)
        cloud.set(uuid, 4)
        with pytest.raises(PreviewStale):
            await backend.apply(plan, "")
        await backend.apply(
            await backend.plan(DeleteNicoAllocation(actor=OPERATOR, allocation=uuid)), "over"
        )
        rows = await backend.journal.listing.page(Query(), 9)
        return [(row.who, row.action, row.about) for row in reversed(rows)]

    assert stand.play(scene) == [
        ("acme", "constraint.set", "train (gone)"),
        ("acme", "constraint.set", "train (gone)"),
        ("acme", "nico_allocation.delete", "train (gone)"),
    ]


def test_a_refusal_is_told_in_the_servers_words(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 2)
    command = stand.cloud.setting(uuid, 3)
    told = '{"source": "nico", "message": "not today\\u001b[2J", "data": {"constraintValue": 1}}'

    async def scene(backend: RemoteBackend) -> BursarError:
        plan = await backend.plan(command)
        stand.line.turn(saying(answer("409 Conflict", told, JSON)), writing)
        with pytest.raises(Conflict) as refused:
            await backend.apply(plan, "")
        return refused.value

    refused = stand.play(scene)
    assert "not today" in refused.message
    assert "constraintValue: 1" in refused.message
    assert refused.message.isprintable()
    assert len(stand.sent) == 1


def test_who_only_reads_is_told_so_from_the_first_refusal_on(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 2)
    command = stand.cloud.setting(uuid, 3)

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        assert "SetConstraintValue" not in backend.connection.lacks
        with pytest.raises(NotAllowed):
            await carry_out(backend, command)
        assert "only reads" in backend.connection.lacks["SetConstraintValue"]
        with pytest.raises(NotAllowed, match="only reads"):
            await backend.plan(command)

    stand.play(scene, who="viewer")
    assert stand.cloud.value(uuid) == 2
    assert len(stand.sent) == 1


def test_what_is_not_offered_is_told_why(stand: Stand) -> None:
    net = (Routing.PUBLIC, "10.0.0.0", 16)
    routing, prefix, length = net
    block = CreateBlock(
        actor=OPERATOR, site=S1, name="b", routing=routing, prefix=prefix, length=length
    )

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        with pytest.raises(NotAllowed, match="own tools"):
            await backend.plan(block)

    stand.play(scene)


def test_a_context_that_only_reads_sends_nothing(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 2)

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(await setting(backend, uuid, 3))
        with pytest.raises(ReadOnly):
            await backend.apply(plan, "")

    stand.play(scene, read_only=True)
    assert stand.sent == []


def test_a_kind_that_nobody_knows_is_left_alone(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 2)
    constraint = stand.cloud.constraint(uuid).uuid

    def turn(one: dict[str, object]) -> None:
        if "resourceType" in one:
            one["resourceType"] = "Quantum"

    stand.strange.turns.append(lambda told: told.turn(turn))
    command = SetConstraintValue(actor=OPERATOR, allocation=uuid, constraint=constraint, value=3)

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        with pytest.raises(NotAllowed, match="Quantum, which bursar does not know"):
            await backend.plan(command)

    stand.play(scene)
