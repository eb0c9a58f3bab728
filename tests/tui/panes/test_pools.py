"""Pools of projects in place of holders, and how resources are called beside each other."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from tests.tui.stage import NARROW, Stage, play, press, said, until


def test_pools_have_no_holders_and_are_ordered_by_project(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        await until(pilot, lambda: "HOLDER" in said(pilot.app))
        await press(pilot, "t")
        await until(pilot, lambda: "pools" in said(pilot.app))
        told = said(pilot.app)
        assert "HOLDER" not in told
        assert "sort PROJECT^" in told
        projects = re.findall(r"^[> ] (\S+) +(?:cyclades|astakos|vm|ram|cpu)", told, re.MULTILINE)
        assert projects
        assert projects == sorted(projects)
        await press(pilot, "S")
        await until(pilot, lambda: "sort PROJECTv" in said(pilot.app))
        assert "climate.hpc" in said(pilot.app)
        await press(pilot, "t")
        await until(pilot, lambda: "HOLDER" in said(pilot.app))
        assert "sort HOLDERv" in said(pilot.app)

    play(stage.app(), script, NARROW)


def test_holders_who_are_over_are_not_told_as_pools(stage: Stage) -> None:
    stage.world.approve(stage.modification)
    stage.settle()

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        await until(pilot, lambda: "! 3 over   o shows them" in said(pilot.app))
        await press(pilot, "o")
        await until(pilot, lambda: "3 of " in said(pilot.app))
        await press(pilot, "t")
        await until(pilot, lambda: "! 3 holders over   t shows holders" in said(pilot.app))
        assert not re.search(r"\d of \d", said(pilot.app).splitlines()[2])
        await press(pilot, "t")
        await until(pilot, lambda: "! 3 over   o shows all" in said(pilot.app))

    play(stage.app(), script, NARROW)


def test_resources_are_called_one_way(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        await until(pilot, lambda: "HOLDER" in said(pilot.app))
        names = re.findall(
            r"(?:cyclades\.|astakos\.|)(?:vm|ram|cpu|pending_app)\b", said(pilot.app)
        )
        assert len(names) > 3
        assert not [one for one in names if "." in one]
        await pilot.resize_terminal(200, 40)
        await press(pilot, "d")
        await until(pilot, lambda: "cyclades.vm" in said(pilot.app))
        assert not re.search(r" (?:vm|ram|cpu|pending_app) ", said(pilot.app))

    play(stage.app(), script, NARROW)
