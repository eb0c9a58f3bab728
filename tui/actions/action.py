"""What an action is, and where it exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where an action exists: everywhere, on one kind of widget, or on one kind of screen."""

    APP = "app"
    TABLE = "table"
    TEXT = "text"
    LIST = "list"
    PROJECTS = "projects"
    PROJECT = "project"
    EXPIRED = "expired"
    USERS = "users"
    USER = "user"
    QUOTAS = "quotas"
    QUOTA = "quota"
    RESOURCES = "resources"
    RESOURCE = "resource"
    VERIFY = "verify"
    COMMISSIONS = "commissions"
    COMMISSION = "commission"
    ALLOCATIONS = "allocations"
    ALLOCATION = "allocation"
    CODES = "codes"
    CODE = "code"
    SERVICES = "services"
    SERVICE = "service"
    AWARDS = "awards"
    AWARD = "award"
    REMOTE_PROJECTS = "remote-projects"
    REMOTE_PROJECT = "remote-project"
    CONSTRAINTS = "constraints"
    CONSTRAINT = "constraint"
    TYPES = "types"
    TYPE = "type"
    BLOCKS = "blocks"
    BLOCK = "block"
    INVENTORIES = "inventories"
    INVENTORY = "inventory"
    PROVIDERS = "providers"
    PROVIDER = "provider"
    AUDIT = "audit"
    ENTRY = "entry"
    REVIEW = "review"
    RAW = "raw"
    HEAT = "heat"


class Group(StrEnum):
    """The columns of the help."""

    MOVE = "Move"
    FIND = "Find"
    ROW = "Row"
    VIEW = "View"
    DECIDE = "Change"
    SESSION = "Session"


_LIST = (Scope.LIST, Scope.TABLE, Scope.TEXT, Scope.APP)
_TEXT = (Scope.TEXT, Scope.APP)

REACH: Mapping[Scope, tuple[Scope, ...]] = {
    Scope.PROJECTS: (Scope.PROJECTS, *_LIST),
    Scope.PROJECT: (Scope.PROJECT, Scope.TABLE, *_TEXT),
    Scope.EXPIRED: (Scope.EXPIRED, *_LIST),
    Scope.USERS: (Scope.USERS, *_LIST),
    Scope.USER: (Scope.USER, *_TEXT),
    Scope.QUOTAS: (Scope.QUOTAS, *_LIST),
    Scope.QUOTA: (Scope.QUOTA, *_TEXT),
    Scope.RESOURCES: (Scope.RESOURCES, *_LIST),
    Scope.RESOURCE: (Scope.RESOURCE, *_TEXT),
    Scope.VERIFY: (Scope.VERIFY, *_LIST),
    Scope.COMMISSIONS: (Scope.COMMISSIONS, *_LIST),
    Scope.COMMISSION: (Scope.COMMISSION, *_TEXT),
    Scope.ALLOCATIONS: (Scope.ALLOCATIONS, *_LIST),
    Scope.ALLOCATION: (Scope.ALLOCATION, *_TEXT),
    Scope.CODES: (Scope.CODES, *_LIST),
    Scope.CODE: (Scope.CODE, *_TEXT),
    Scope.SERVICES: (Scope.SERVICES, *_LIST),
    Scope.SERVICE: (Scope.SERVICE, *_TEXT),
    Scope.AWARDS: (Scope.AWARDS, *_LIST),
    Scope.AWARD: (Scope.AWARD, *_TEXT),
    Scope.REMOTE_PROJECTS: (Scope.REMOTE_PROJECTS, *_LIST),
    Scope.REMOTE_PROJECT: (Scope.REMOTE_PROJECT, *_TEXT),
    Scope.CONSTRAINTS: (Scope.CONSTRAINTS, *_LIST),
    Scope.CONSTRAINT: (Scope.CONSTRAINT, *_TEXT),
    Scope.TYPES: (Scope.TYPES, *_LIST),
    Scope.TYPE: (Scope.TYPE, *_TEXT),
    Scope.BLOCKS: (Scope.BLOCKS, *_LIST),
    Scope.BLOCK: (Scope.BLOCK, *_TEXT),
    Scope.INVENTORIES: (Scope.INVENTORIES, *_LIST),
    Scope.INVENTORY: (Scope.INVENTORY, *_TEXT),
    Scope.PROVIDERS: (Scope.PROVIDERS, *_LIST),
    Scope.PROVIDER: (Scope.PROVIDER, *_TEXT),
    Scope.AUDIT: (Scope.AUDIT, *_LIST),
    Scope.ENTRY: (Scope.ENTRY, *_TEXT),
    Scope.REVIEW: (Scope.REVIEW, *_TEXT),
    Scope.RAW: (Scope.RAW, *_TEXT),
    Scope.HEAT: (Scope.HEAT, *_LIST),
}
"""Every kind of screen, and the scopes whose keys work on it, the closest first."""

DETAILS = (
    Scope.PROJECT,
    Scope.USER,
    Scope.QUOTA,
    Scope.RESOURCE,
    Scope.COMMISSION,
    Scope.ALLOCATION,
    Scope.CODE,
    Scope.SERVICE,
    Scope.REMOTE_PROJECT,
    Scope.CONSTRAINT,
    Scope.TYPE,
    Scope.BLOCK,
    Scope.INVENTORY,
    Scope.PROVIDER,
    Scope.ENTRY,
)
REVIEWS = (Scope.REVIEW, Scope.AWARD)
"""The screens of the queue of what waits for a decision."""


FIRST = 2
"""The place in the key line after opening a row."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something the operator can do. `id` is `pane.action`, the name it is remapped by;
    `title` the words in help and on wide terminals, `short` those of a narrow key line;
    `footer` its place in the key line, 0 for none; `prime` the screens that are there for it,
    whose key line has it among the first, off or not; `gives` the commands that it may give, by
    the name of their class."""

    id: str
    keys: tuple[str, ...]
    title: str
    scopes: tuple[Scope, ...]
    group: Group
    tooltip: str = ""
    short: str = ""
    footer: int = 0
    prime: tuple[Scope, ...] = ()
    changes_data: bool = False
    gives: tuple[str, ...] = ()
    call: str = ""
    priority: bool = False

    def place(self, screen: Scope) -> int:
        """Its place in the key line of a screen, 0 for none."""
        return FIRST if screen in self.prime else self.footer

    @property
    def method(self) -> str:
        """What Textual calls: `quotas_over` runs `action_quotas_over`."""
        return self.call or self.id.replace(".", "_")

    @property
    def key_text(self) -> str:
        """The keys as people write them."""
        return " ".join(key_name(key) for key in self.keys)


EDITS = ("row.edit", "row.editor")
"""Changing something by a form, and as a text."""


def editing(*commands: str) -> dict[str, tuple[str, ...]]:
    """The commands that both end in."""
    return dict.fromkeys(EDITS, commands)


_NAMES = {
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "delete": "del",
    "shift+tab": "S-tab",
}


def key_name(key: str) -> str:
    """`^d` for ctrl+d, `pgdn` for pagedown."""
    return f"^{key[5:]}" if key.startswith("ctrl+") else _NAMES.get(key, key)
