"""What the list of people reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.projects import queries
from backend.projects.model import (
    MembershipState,
    PersonDetail,
    PersonRow,
    PlaceRow,
    ProjectState,
    User,
    UserAction,
)
from backend.projects.rules import users as rules
from backend.projects.service import reads
from backend.projects.store import applications as application_store
from backend.projects.store import people, people_list
from backend.projects.store.people_list import PEOPLE, keys_sql
from backend.quotas import service as quotas

FIELDS = PEOPLE.specs
APPLICATIONS = 50


def rows(tx: Tx, keys: Sequence[int]) -> dict[int, PersonRow]:
    """Rows of the list by key; vanished ones are missing."""
    found = people.users_by_id(tx, keys)
    owned, seats = people_list.counts(tx, list(found))
    names = people_list.project_names(tx, [user.default_project for user in found.values()])
    return {
        key: PersonRow(
            key,
            user,
            owned.get(key, 0),
            seats.get(key, 0),
            _default(user, names),
            refused(user),
        )
        for key, user in found.items()
    }


def _default(user: User, names: Mapping[str, str]) -> str:
    own = user.default_project in ("", user.uuid)
    return "" if own else names.get(user.default_project, user.default_project)


def refused(user: User) -> dict[str, str]:
    """Why each action cannot be done to the user now, `` when it can."""
    errors = {action: rules.refusal(action, user) for action in UserAction}
    return {str(action): error.message if error else "" for action, error in errors.items()}


def detail(tx: Tx, key: int) -> PersonDetail:
    """Everything about a person. Raises NotFound."""
    row = rows(tx, [key]).get(key)
    if row is None:
        raise NotFound("the user is not there any more")
    places = (
        PlaceRow(id, name, ProjectState(state), bool(base), MembershipState(seat), since)
        for id, name, state, base, seat, since in people_list.places(tx, key)
    )
    applied = people_list.applied(tx, key, APPLICATIONS)
    briefs = application_store.applications(tx, list(applied))
    owned = people_list.owned(tx, key)
    projects = queries.rows(tx, owned)
    return PersonDetail(
        row,
        tuple(places),
        tuple(projects[id] for id in owned),
        tuple(quotas.holder_quotas(tx, row.user.target)),
        tuple((name, reads.brief(briefs[id])) for id, name in applied.items()),
    )


__all__ = ["FIELDS", "detail", "keys_sql", "refused", "rows"]
