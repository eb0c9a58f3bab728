"""What people may type to harm whoever looks at it."""

from __future__ import annotations

from dataclasses import replace

from backend.core.identity import Actor, Role
from backend.projects.model import Capacity
from backend.quotas.model import IssueCommission, Provision
from tests.tui.stage import Stage
from tests.worlds import RAM, VM, person

ESCAPES = "\x1b]0;owned\x07\x1b[31m\x9b2J"
MARKUP = "[red]x[/red][/] [@click=app.quit]hit[/]"
BIDI = "a\u202eb\u200bc\u2066d"
WIDE = "漢字 e\u0301 👩\u200d🚀"
NASTY = f"{ESCAPES}{MARKUP}{BIDI}{WIDE}"
FORBIDDEN = {chr(code) for code in (*range(32), *range(0x7F, 0xA0))} | set("\u202e\u200b\u2066")


def poison(stage: Stage) -> int:
    """Put nasty texts wherever people may write; the application that carries them."""
    world = stage.world
    wishes = {
        "grants": {VM: Capacity(21, 8), RAM: Capacity(2**62, 2**62)},
        "comments": f"{NASTY}\nsecond line {'long ' * 60}",
        "description": NASTY * 3,
        "homepage": NASTY[:200],
    }
    application = world.submit("O", stage.project, **wishes)[1]
    holder, source = f"user:{person('N')}", f"project:{stage.project}"
    command = IssueCommission(
        actor=Actor("cyclades", Role.SERVICE, component="cyclades"),
        clientkey="cyclades",
        name=NASTY,
        provisions=[Provision(holder, source, VM, 1), Provision(source, "", VM, 1)],
    )
    world.do(replace(command), reason=NASTY)
    return application
