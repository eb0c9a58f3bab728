"""Calls about awards: those that other portals make to us, and ours to them (spec openportal
§5.3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from backend.core.plan import Command
from backend.core.runtime import moment
from backend.openportal.model import (
    ApproveAward,
    AttachAward,
    AwardCommand,
    DeleteAward,
    DetachAward,
    ModifyRemoteProject,
    NoteAward,
    RejectAward,
    ResendRequest,
)
from backend.openportal.routes import lists
from backend.openportal.routes.dialect import Call, Handler, answer, empty
from backend.openportal.service import api
from backend.openportal.wire import bodies, encode_awards
from backend.openportal.wire.links import plain

NEVER = "9999-12-31T00:00:00+00:00"
"""The earliest moment to approve what is held indefinitely."""

award_list = lists.listed(api.AWARDS, encode_awards.award)
remote_list = lists.listed(api.REMOTE_PROJECTS, encode_awards.remote_project)
retrieve_remote = lists.retrieved(api.REMOTE_PROJECTS, encode_awards.remote_project)


def _names(call: Call) -> tuple[str, str]:
    return call.part("identifier"), call.part("destination")


async def retrieve(call: Call) -> Response:
    """GET of one award, by its identifier and destination."""
    names = _names(call)
    found = await call.read(lambda tx: api.award(tx, call.actor, *names))
    return lists.shown(call, found, encode_awards.award)


async def _reviewed(call: Call) -> dict[str, Any]:
    """What a command about an award says first, when the caller reviews it."""
    names = _names(call)
    await call.read(lambda tx: api.require_reviewer(tx, call.actor, *names))
    return {"actor": call.actor, "identifier": names[0], "destination": names[1]}


def _decision(kind: type[AwardCommand]) -> Handler:
    async def handler(call: Call) -> Response:
        given = await _reviewed(call)
        told = bodies.wanted(await call.body(), bodies.COMMENT)
        await call.write(kind(**given), told.get("comment", ""))
        return empty(200)

    return handler


approve, reject = _decision(ApproveAward), _decision(RejectAward)


async def attach(call: Call) -> Response:
    """POST attach."""
    given = await _reviewed(call)
    told = bodies.wanted(await call.body(), bodies.ATTACH, ("project_uuid",))
    await call.write(AttachAward(**given, project=told["project_uuid"]))
    return empty(200)


async def detach(call: Call) -> Response:
    """POST detach."""
    await call.write(DetachAward(**await _reviewed(call)))
    return empty(200)


async def add_note(call: Call) -> Response:
    """POST add-note."""
    given = await _reviewed(call)
    told = bodies.wanted(await call.body(), bodies.NOTE, ("text",))
    await call.write(NoteAward(**given, text=told["text"]))
    return await retrieve(call)


async def delete(call: Call) -> Response:
    """DELETE …/delete/."""
    await call.write(DeleteAward(**await _reviewed(call)))
    return empty()


Made = Callable[[dict[str, Any], dict[str, Any]], Command]
"""A command by whom and what it is about, and the body."""


async def total_usage(call: Call) -> Response:
    """GET total-usage."""
    key = plain(call.part("uuid"))
    found = await call.read(lambda tx: api.one(tx, call.actor, api.REMOTE_PROJECTS, key))
    return answer(encode_awards.usage(found))


def _change(made: Made, fields: bodies.Fields | None = None, status: int = 200) -> Handler:
    """A call that changes an award of ours; a body has all of its fields, or some where it is
    about links."""
    required = () if fields is bodies.LINKS else tuple(fields or ())

    async def handler(call: Call) -> Response:
        key = plain(call.part("uuid"))
        await call.read(lambda tx: api.require_awarder(tx, call.actor, key))
        told = bodies.wanted(await call.body(), fields, required) if fields else {}
        await call.write(made({"actor": call.actor, "remote_project": key}, told))
        if status == 202:
            return answer({"detail": "Membership control was scheduled."}, status)
        return await retrieve_remote(call)

    return handler


def _linked(who: dict[str, Any], told: dict[str, Any]) -> Command:
    return ModifyRemoteProject(**who, links=json.dumps(told, sort_keys=True))


async def approve_now(call: Call) -> Response:
    """POST approve-now."""
    now = moment(await call.read(lambda tx: tx.now)).isoformat()
    return await _change(lambda who, _: ModifyRemoteProject(**who, earliest_approve=now))(call)


note_remote = _change(lambda who, told: ModifyRemoteProject(**who, note=told["text"]), bodies.NOTE)
set_links = _change(_linked, bodies.LINKS)
set_domains = _change(lambda who, told: ModifyRemoteProject(**who, **told), bodies.DOMAINS)
set_earliest = _change(lambda who, told: ModifyRemoteProject(**who, **told), bodies.EARLIEST)
set_control = _change(lambda who, told: ModifyRemoteProject(**who, **told), bodies.CONTROL, 202)
hold = _change(lambda who, _: ModifyRemoteProject(**who, earliest_approve=NEVER))
resend = _change(lambda who, _: ResendRequest(**who))
reset = _change(lambda who, _: ResendRequest(**who, reset=True))
