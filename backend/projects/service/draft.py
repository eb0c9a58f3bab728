"""How a decision of this room is put together: writes and what people are told, in step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.core.database.tx import Tx
from backend.core.errors import BursarError, NotFound
from backend.core.plan import Change, Command, Plan, Tier, Touched, WireRequest
from backend.core.usecase import Decision, Write
from backend.projects.model import Application, Membership, Moved, Project, ProjectState, User
from backend.projects.rules import changes, limits, projects
from backend.projects.store import memberships as membership_store
from backend.projects.store import people
from backend.projects.store import projects as project_store
from backend.quotas import service as quotas
from backend.quotas.model import Charge, Limit, LimitChange, Resource, SetLimits


@dataclass(frozen=True, slots=True)
class Telling:
    """The words of a plan: `target` is typed to confirm, `undo` `` when not in one step,
    `inverse` the command that takes it back, `is_harmless` when there is nothing to."""

    verb: str
    title: str
    target: str
    request: WireRequest
    tier: Tier = Tier.REVERSIBLE
    undo: str = ""
    inverse: Command | None = None
    is_harmless: bool = False


UNKNOWN_USAGE = "the server does not show all usage: who goes over cannot be told"


def refuse(error: BursarError | None) -> None:
    """Raise what a rule found wrong."""
    if error is not None:
        raise error


def find_project(tx: Tx, uuid: str) -> Project:
    """The project of this uuid; internal ids are not names (Q11). Raises NotFound."""
    found = project_store.project(tx, uuid)
    if found is None:
        raise NotFound(f"there is no project {uuid!r}")
    return found


def find_user(tx: Tx, uuid: str) -> User:
    """The user of this uuid. Raises NotFound."""
    found = people.user(tx, uuid)
    if found is None:
        raise NotFound(f"there is no user {uuid!r}")
    return found


def fresh_id(tx: Tx, name: str) -> int:
    """An id for something new; 0 in a preview, which makes nothing."""
    return tx.next_id(name) if tx.writable else 0


@dataclass(slots=True)
class Draft:
    """What a use case has collected so far."""

    tx: Tx
    command: Command
    resources: Sequence[Resource] = ()
    writes: list[object] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.resources = quotas.resources(self.tx)

    @property
    def units(self) -> Mapping[str, str]:
        """Units by resource."""
        return {resource.name: resource.unit for resource in self.resources}

    def project(self, before: Project, after: Project, reason: str = "") -> None:
        """A project changes; `reason` is logged in place of the operator's."""
        labels = people.emails(self.tx, [before.owner, after.owner])
        self.changes += changes.project_changes(before, after, labels, self.units)
        self.writes.append(Write(before, after))
        self.writes += projects.moves(before, after, reason)

    def born(self, project: Project) -> None:
        """A project begins its life active."""
        self.changes.append(Change(project.realname, "state", None, str(project.state)))
        blank = replace(project, state=ProjectState.UNINITIALIZED, grants={})
        self.changes += changes.limit_changes(blank, project, self.units)
        self.writes.append(Write(None, project))
        self.writes += projects.moves(None, project)

    def application(self, before: Application, after: Application) -> None:
        """An application is decided."""
        label = changes.application_label(before)
        self.changes.append(Change(label, "state", str(before.state), str(after.state)))
        self.writes.append(Write(before, after))

    def membership(
        self,
        user: User,
        project: Project,
        before: Membership | None,
        after: Membership,
        moves: Sequence[Moved],
    ) -> None:
        """A membership moves; its limits are told unless those of the whole project are."""
        label = changes.membership_label(user, project)
        self.changes += changes.membership_change(label, before, after)
        if project.target not in {w.target for w in self.writes if isinstance(w, Write)}:
            self.changes += changes.own_limit_changes(label, project, before, after, self.units)
        self.writes.append(Write(before, after))
        self.writes += moves

    def user(self, before: User, after: User) -> None:
        """A user changes."""
        self.changes += changes.user_changes(before, after)
        self.writes.append(Write(before, after))

    def sync(self, projects: Iterable[Project], moved: Iterable[Membership] = ()) -> None:
        """Give everyone in these projects the limits that follow, with these memberships as
        they will be."""
        after = {p.uuid: p for p in projects}
        own = {m.id: m for m in moved}
        for membership in membership_store.memberships_in(self.tx, list(after)):
            own.setdefault(membership.id, membership)
        for project in after.values():
            self.limits += limits.pool_limits(project)
        for membership in own.values():
            if membership.project in after:
                self.limits += limits.member_limits(after[membership.project], membership)

    def decide(
        self,
        telling: Telling,
        action: str,
        target: str,
        message: str,
        created: Mapping[str, str | int] | None = None,
    ) -> Decision:
        """The decision; `action` and `target` name it in the journal."""
        change = quotas.limit_change(self.tx, self.limits) if self.limits else LimitChange((), ())
        writes = [*self.writes]
        if change.changed:
            writes.append(SetLimits(tuple(Limit(key, new) for key, _, new in change.changed)))
        writes += self.charges
        going_over = any(impact.goes_over for impact in change.impacts)
        if not all(impact.known for impact in change.impacts):
            self.warnings.append(UNKNOWN_USAGE)
        plan = Plan(
            self.command,
            telling.verb,
            telling.title,
            telling.target,
            changes.tier(telling.tier, self.changes, going_over),
            telling.request,
            changes=tuple(self.changes),
            impacts=change.impacts,
            touched=self._touched(change),
            warnings=tuple(self.warnings),
            undo=telling.undo,
            inverse=telling.inverse,
            is_harmless=telling.is_harmless,
        )
        return Decision(plan, action, target, message, writes, created or {})

    def _touched(self, change: LimitChange) -> tuple[Touched, ...]:
        """Pending commissions that were noted or whose limits move; each of them once."""
        names = dict.fromkeys(key.source or key.holder for key, _, _ in change.changed)
        found = (
            touched
            for name in names
            for touched in quotas.pending_in(self.tx, name.partition(":")[2])
        )
        return tuple({touched.serial: touched for touched in (*self.touched, *found)}.values())
