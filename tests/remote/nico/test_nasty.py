"""A NICo as nasty as the world is: it is said, nothing is lost, and the console recovers."""

from __future__ import annotations

import pytest

from backend.backend import LinkState
from backend.core.errors import BursarError
from backend.core.listing import Query
from backend.remote import RemoteBackend
from tests.nasty import answer, saying
from tests.nico.cloud import G100
from tests.remote.conftest import until
from tests.remote.nico.conftest import Stand
from tests.remote.nico.test_sending import FAULTS, reading

EMPTY = "shape []"
"""What may be the truth of any list."""


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {EMPTY}))
def test_lists_stay_and_come_back(stand: Stand, fault: str) -> None:
    uuid = stand.cloud.give(G100, 4)

    async def scene(backend: RemoteBackend) -> str:
        await backend.badges()
        stand.line.turn(FAULTS[fault])

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        await until(backend, lost)
        told = backend.link.reason
        (row,) = await backend.nico.constraints.page(Query(f"uuid:{uuid}"), 9)
        assert (row.value, row.room) == (4, 6)
        stand.line.turn(None)

        async def back() -> bool:
            return backend.link.state is LinkState.POLLING

        await until(backend, back)
        return told

    told = stand.play(scene)
    assert told
    assert told.isprintable()
    assert stand.line.tokens == {"admin"}


@pytest.mark.parametrize("fault", FAULTS)
def test_changes_are_not_sent_on_what_cannot_be_read(stand: Stand, fault: str) -> None:
    command = stand.cloud.setting(stand.cloud.give(G100, 4), 5)

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)
        stand.line.turn(FAULTS[fault], reading)
        with pytest.raises(BursarError):
            await backend.apply(plan, "")

    stand.play(scene)
    assert stand.sent == []


def test_a_redirection_gets_no_token(stand: Stand) -> None:
    where = answer("307 Temporary Redirect", "", "Location: http://127.0.0.1:1/v2/org/acme/nico")
    stand.line.turn(saying(where))

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(BursarError, match="nothing was sent there"):
            await backend.badges()

    stand.play(scene)
