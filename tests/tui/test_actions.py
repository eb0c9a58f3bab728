"""The registry: every key means one thing, reaches the console, and says what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations

import pytest
from textual.dom import DOMNode
from textual.keys import _character_to_key

from tui import actions
from tui.actions import ACTIONS, REACH, Action, Group, Scope
from tui.app import BursarApp
from tui.panes.allocations import AllocationsPane
from tui.panes.audit import AuditPane, EntryPane
from tui.panes.award import AwardPane
from tui.panes.awards import AwardsPane
from tui.panes.blocks import BlockPane, BlocksPane
from tui.panes.codes import CodePane, CodesPane
from tui.panes.commissions import CommissionPane, CommissionsPane
from tui.panes.constraints import ConstraintPane, ConstraintsPane
from tui.panes.consumer import ConsumerPane
from tui.panes.expired import ExpiredPane
from tui.panes.heat import HeatPane
from tui.panes.inventories import InventoriesPane, InventoryPane
from tui.panes.project import ProjectPane
from tui.panes.projects import ProjectsPane
from tui.panes.providers import ProviderPane, ProvidersPane
from tui.panes.quota import QuotaPane
from tui.panes.quotas import QuotasPane
from tui.panes.raw import RawPane
from tui.panes.remote_projects import RemoteProjectPane, RemoteProjectsPane
from tui.panes.resources import ResourcePane, ResourcesPane
from tui.panes.review import ReviewPane
from tui.panes.services import ServicePane, ServicesPane
from tui.panes.types import TypePane, TypesPane
from tui.panes.users import UserPane, UsersPane
from tui.panes.verify import VerifyPane
from tui.widgets.table import ResourceTable
from tui.widgets.text import TextPanel

SCREENS: dict[Scope, type[DOMNode]] = {
    Scope.PROJECTS: ProjectsPane,
    Scope.PROJECT: ProjectPane,
    Scope.EXPIRED: ExpiredPane,
    Scope.USERS: UsersPane,
    Scope.USER: UserPane,
    Scope.RESOURCES: ResourcesPane,
    Scope.RESOURCE: ResourcePane,
    Scope.VERIFY: VerifyPane,
    Scope.QUOTAS: QuotasPane,
    Scope.QUOTA: QuotaPane,
    Scope.COMMISSIONS: CommissionsPane,
    Scope.COMMISSION: CommissionPane,
    Scope.ALLOCATIONS: AllocationsPane,
    Scope.ALLOCATION: ConsumerPane,
    Scope.CODES: CodesPane,
    Scope.CODE: CodePane,
    Scope.SERVICES: ServicesPane,
    Scope.SERVICE: ServicePane,
    Scope.AWARDS: AwardsPane,
    Scope.AWARD: AwardPane,
    Scope.REMOTE_PROJECTS: RemoteProjectsPane,
    Scope.REMOTE_PROJECT: RemoteProjectPane,
    Scope.CONSTRAINTS: ConstraintsPane,
    Scope.CONSTRAINT: ConstraintPane,
    Scope.TYPES: TypesPane,
    Scope.TYPE: TypePane,
    Scope.BLOCKS: BlocksPane,
    Scope.BLOCK: BlockPane,
    Scope.INVENTORIES: InventoriesPane,
    Scope.INVENTORY: InventoryPane,
    Scope.PROVIDERS: ProvidersPane,
    Scope.PROVIDER: ProviderPane,
    Scope.AUDIT: AuditPane,
    Scope.ENTRY: EntryPane,
    Scope.REVIEW: ReviewPane,
    Scope.RAW: RawPane,
    Scope.HEAT: HeatPane,
}
WIDGETS: dict[Scope, type[DOMNode]] = {Scope.TABLE: ResourceTable, Scope.TEXT: TextPanel}

# What terminals, tmux and screen take for themselves or send as another key.
TAKEN = {"ctrl+a", "ctrl+b", "ctrl+s", "f1", "f10", "f11"}
SAME = {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+j", "ctrl+space", "ctrl+slash"}
NAMED = {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "enter", "escape"}
NAMED |= {"tab", "shift+tab", "delete", "space", *(f"f{n}" for n in range(2, 10))}


def plain(key: str) -> bool:
    """Whether a bare terminal delivers the key, and as itself."""
    if key in TAKEN | SAME:
        return False
    if key == "ctrl+@":  # what ctrl+space sends
        return True
    return len(key) == 1 or key in NAMED or re.fullmatch(r"ctrl\+[a-z]", key) is not None


def clashes(found: Iterable[Action]) -> list[str]:
    return [
        f"{key}: {one.id} and {other.id}"
        for one, other in combinations(found, 2)
        for key in set(one.keys) & set(other.keys)
        if not {*one.scopes, *other.scopes} <= {Scope.TABLE, Scope.TEXT}
    ]


@pytest.mark.parametrize("screen", list(REACH))
def test_on_every_screen_a_key_means_one_thing(screen: Scope) -> None:
    assert clashes(actions.reachable(screen)) == []


def test_a_clash_would_be_found() -> None:
    twice = [ACTIONS[0], Action("x.y", ("1",), "again", (Scope.APP,), Group.FIND)]
    assert clashes(twice) == ["1: pane.1 and x.y"]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_key_reaches_the_console(action: Action) -> None:
    assert [key for key in action.keys if not plain(key)] == []


def test_ctrl_z_is_what_it_is_everywhere_else() -> None:
    assert [one.id for one in ACTIONS if "ctrl+z" in one.keys] == ["suspend"]


@pytest.mark.parametrize("key", ["ctrl+i", "ctrl+shift+x", "alt+x", "ctrl+enter", "ctrl+b", "f11"])
def test_keys_that_do_not_reach_it_would_be_found(key: str) -> None:
    assert not plain(key)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_no_lower_case_key_changes_data(action: Action) -> None:
    if action.changes_data:
        assert all(key == "delete" or (len(key) == 1 and key.isupper()) for key in action.keys)


def test_ids_are_unique_and_named_by_where_they_belong() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+(\.[a-z_0-9]+)?", id) for id in ids)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_is_done_wherever_it_exists(action: Action) -> None:
    name = "action_" + action.method.partition("(")[0]
    for scope in action.scopes:
        if scope is Scope.APP:
            assert hasattr(BursarApp, name)
        elif scope in WIDGETS:
            assert hasattr(WIDGETS[scope], name)
        else:
            for screen in (s for s, reach in REACH.items() if scope in reach):
                assert hasattr(SCREENS[screen], name), (screen, name)


@pytest.mark.parametrize("screen", list(REACH))
def test_screens_bind_exactly_what_the_registry_says(screen: Scope) -> None:
    reach = [scope for scope in REACH[screen] if scope not in (*WIDGETS, Scope.APP)]
    wanted = {_character_to_key(k) if len(k) == 1 else k for s in reach for a in actions.of(s)
              for k in a.keys}  # fmt: skip
    assert set(SCREENS[screen]._merge_bindings().key_to_bindings) == wanted


@pytest.mark.parametrize("screen", list(REACH))
def test_help_is_the_last_key_of_every_key_line(screen: Scope) -> None:
    assert actions.footer(screen)[-1].id == "help"


def test_keys_are_found_by_name_and_by_sign() -> None:
    def meant(screen: Scope, key: str, character: str) -> str:
        found = actions.on_key(screen, key, character, lambda action: action)
        return found.id if found else ""

    assert meant(Scope.QUOTAS, "question_mark", "?") == "help"
    assert meant(Scope.QUOTAS, "o", "o") == "quotas.over"
    assert meant(Scope.PROJECTS, "o", "o") == ""


def test_the_table_of_keys_names_every_action() -> None:
    table = actions.key_table().splitlines()
    assert len(table) == len(ACTIONS) + 2
    assert (
        "| `T` | End a project; its name becomes free | projects, project, expired | yes |" in table
    )
