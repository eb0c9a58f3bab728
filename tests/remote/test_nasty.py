"""Servers as nasty as the world is: it is said, nothing is lost, and the console recovers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.backend import LinkState
from backend.core.errors import BursarError
from backend.core.listing import Query
from backend.projects.model import ApproveApplication, Capacity
from backend.remote import RemoteBackend
from tests.remote.conftest import Stand, until
from tests.worlds import OPERATOR, VM

JSON = "application/json"
LOGIN = b"<html><script>location='//login'</script>\x1b[31m"
NASTY: dict[str, Callable[[], Response]] = {
    "login page": lambda: Response(LOGIN, media_type="text/html"),
    "garbage": lambda: Response(b"\x00\xff\x1b]0;x\x07", media_type=JSON),
    "nothing": lambda: Response(b"", media_type=JSON),
    "not a number": lambda: Response(b'{"x": NaN}', media_type=JSON),
    "wrong shape": lambda: Response(b'{"a": [1, {"b": null}]}', media_type=JSON),
    "another shape": lambda: Response(b"[[[[1]]]]", media_type=JSON),
    "elsewhere": lambda: Response(b"", 307, {"Location": "http://evil.test/astakos"}),
    "broken gzip": lambda: Response(b"nope", media_type=JSON, headers={"Content-Encoding": "gzip"}),
    "failure": lambda: Response(b'{"internalServerError": {"code": 500}}', 500, media_type=JSON),
    "gone": lambda: Response(b"", 410),
    "teapot": lambda: Response(b"short and stout", 418, media_type="text/plain"),
}


@pytest.mark.parametrize("nasty", NASTY)
def test_lists_stay_and_come_back(stand: Stand, nasty: str) -> None:
    stand.world.project("kept.lab", (10, 4))

    async def scene(backend: RemoteBackend) -> str:
        await backend.badges()
        stand.meddler.before = lambda _: NASTY[nasty]()

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        await until(backend, lost)
        told = backend.link.reason
        (row,) = await backend.projects.listing.page(Query("kept.lab"), 9)
        assert row.name == "kept.lab"
        stand.meddler.before = lambda _: None

        async def back() -> bool:
            return backend.link.state is LinkState.POLLING

        await until(backend, back)
        return told

    told = stand.play(scene)
    assert told
    assert told.isprintable()
    assert all("evil" not in one for one in stand.meddler.asked)


@pytest.mark.parametrize("nasty", NASTY)
def test_changes_are_not_sent_on_what_cannot_be_read(stand: Stand, nasty: str) -> None:
    uuid, number = stand.world.submit("O", name="asked.lab", grants={VM: Capacity(10, 4)})

    def reading(request: Request) -> Response | None:
        return NASTY[nasty]() if request.method == "GET" else None

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(ApproveApplication(actor=OPERATOR, application=number))
        stand.meddler.before = reading
        with pytest.raises(BursarError):
            await backend.apply(plan, "")

    stand.play(scene)
    assert not any(one.endswith("/action") for one in stand.meddler.asked)
    assert stand.world.see(uuid).state == "uninitialized"
