"""Changing a resource: its defaults for projects to come, and who is shown it (spec §1.1)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import Invalid, NotAllowed, NotFound
from backend.core.plan import Change, Plan, Tier, Value, WireRequest
from backend.core.usecase import Decision, Write
from backend.quotas import store
from backend.quotas.model import UNLIMITED, ModifyResource, Resource

DEFAULTS = {"uplimit": "base default", "project_default": "project default"}
"""What new projects begin with, by field: what people call it."""
OPTIONS = {
    "uplimit": "--system-default",
    "project_default": "--project-default",
    "api_visible": "--api-visible",
    "ui_visible": "--ui-visible",
}
"""What can be changed, and how Astakos' own command calls it."""
FUTURE_ONLY = "defaults apply to future projects only"


def modify(tx: Tx, command: ModifyResource) -> Decision:
    """Defaults reach future projects only; visibility as §1.1."""
    if not command.actor.is_admin:
        raise NotAllowed("only an admin changes resources")
    row = tx.one(store.SELECT_RESOURCE, (command.name,))
    if row is None:
        raise NotFound(f"there is no resource {command.name!r}", hint="see :resources")
    before = store.resource_of(row)
    after = _modified(before, command)
    changed = [name for name in OPTIONS if getattr(before, name) != getattr(after, name)]
    plan = Plan(
        command,
        "Change",
        f"Change resource {before.name}",
        before.name,
        Tier.HARMFUL,
        WireRequest("CLI", shlex.join(_words(after, changed)), {}),
        changes=tuple(_field(before, after, name) for name in changed),
        warnings=(FUTURE_ONLY,) if {*DEFAULTS} & {*changed} else (),
        undo="set the old values again",
        inverse=replace(command, **{name: getattr(before, name) for name in changed}),
    )
    return Decision(
        plan, "resource.modify", before.target, f"{before.name} changed", (Write(before, after),)
    )


def _words(after: Resource, changed: Sequence[str]) -> Iterator[str]:
    """What is typed at Astakos' server."""
    yield from ("resource-modify", after.name)
    for name in changed:
        value = getattr(after, name)
        yield from (OPTIONS[name], "inf" if value == UNLIMITED else str(value))


def _field(before: Resource, after: Resource, name: str) -> Change:
    old: Value = getattr(before, name)
    new: Value = getattr(after, name)
    return Change(before.name, name, old, new, before.unit if name in DEFAULTS else "")


def _modified(before: Resource, command: ModifyResource) -> Resource:
    after = replace(before)
    for name, called in DEFAULTS.items():
        value = getattr(command, name)
        if value is not None:
            if not 0 <= value <= UNLIMITED:
                raise Invalid(
                    f"{called} {value} is not between 0 and inf", hint="give a whole number"
                )
            after = replace(after, **{name: value})
    if command.api_visible is not None:
        ui = after.ui_visible and command.api_visible
        after = replace(after, api_visible=command.api_visible, ui_visible=ui)
    if command.ui_visible is not None:
        api = after.api_visible or command.ui_visible
        after = replace(after, ui_visible=command.ui_visible, api_visible=api)
    return after
