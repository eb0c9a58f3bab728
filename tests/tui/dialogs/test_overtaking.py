"""Somebody else decided while a dialog asks: who, when and why, and nothing is offered any more."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from backend.core.identity import Actor, Role
from backend.projects.model import DenyApplication
from backend.quotas.model import AcceptCommission
from tests.tui.stage import Stage, dialog, play, press, said, until
from tui.dialogs.confirm import ConfirmScreen

BO = Actor("bo", Role.ADMIN)


def test_who_was_faster_when_and_why_is_told_and_nothing_is_offered_any_more(
    stage: Stage,
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "G", "A")
        await dialog(pilot)
        stage.world.do(DenyApplication(actor=BO, application=stage.newcomer), "no room this year")
        await until(pilot, lambda: "is denied, not pending" in said(pilot.app))
        told = re.compile(r"It was bo, deny at \d\d:\d\d:\d\dZ: no room this year")
        await until(pilot, lambda: told.search(said(pilot.app)) is not None)
        assert said(pilot.app).lower().count("conflict") == 1
        assert "Approve  " not in said(pilot.app)
        assert "Reason" not in said(pilot.app)
        await press(pilot, "x", "y")
        assert isinstance(pilot.app.screen, ConfirmScreen)

    play(stage.app(live=True), script)
    assert stage.world.application(stage.newcomer).state == "denied"


def test_of_a_commission_too_that_is_gone_when_it_is_confirmed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "X")
        await dialog(pilot)
        stage.world.do(AcceptCommission(actor=BO, serial=stage.serial), "")
        await press(pilot, *"lost", "enter", "y")
        told = re.compile(r"It was bo, accept at \d\d:\d\d:\d\dZ, without a reason")
        await until(pilot, lambda: told.search(said(pilot.app)) is not None)
        await until(pilot, lambda: "Close" in said(pilot.app))

    play(stage.app(), script)


def test_what_nobody_decided_is_nobodys_doing(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "G", "A")
        await dialog(pilot)
        stage.world.project("urban.air")
        await until(pilot, lambda: "the name urban.air belongs to" in said(pilot.app))
        await pilot.pause(0.1)
        assert "It was " not in said(pilot.app)

    play(stage.app(live=True), script)
