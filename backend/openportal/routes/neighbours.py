"""The calls about what belongs to allocations, as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backend.openportal import answers
from backend.openportal.routes import awards, entries, people
from backend.openportal.routes.dialect import Endpoint, Handler
from backend.openportal.routes.schemas import LONG, TEXT, body
from backend.openportal.rules.awards import CONTROLS, LINKS
from backend.openportal.service import api
from backend.openportal.wire import encode, links

WRITES = (400, 403, 404, 409)
NULLABLE: dict[str, Any] = {"type": ["string", "null"]}
LINKED: dict[str, Any] = {"type": ["object", "null"]}
COMMENT = body(comment=LONG)
NOTE = body(("text",), text={**LONG, "minLength": 1})
ORGANISATIONS, PROJECTS = ("Organisations", "One organisation"), ("Projects", "One project")
ACCOUNTS = ("People's accounts", "One account")
USAGES = ("What people used in months", "What somebody used in a month")
SPENDING = ("What projects were given and spent", "What one project was given and spent")
INFO = "/openportal-projectinfo/{project}/"
AWARDS, REMOTE = "/openportal-managed-projects/", "/openportal-remote-projects/"
ONE_AWARD, ONE_REMOTE = f"{AWARDS}{{identifier}}/{{destination}}/", f"{REMOTE}{{uuid}}/"


def _places() -> Iterator[Endpoint]:
    gives: Any = answers.ServiceAnswer
    path = f"/{links.SERVICES}/"
    yield entries.listing(path, api.SERVICES, people.services, gives, "Services")
    yield entries.row(f"{path}{{uuid}}/", people.service, gives, "One service")
    gives = answers.CustomerAnswer
    path = f"/{links.CUSTOMERS}/"
    yield from entries.both(path, api.CUSTOMERS, encode.customer, gives, ORGANISATIONS)
    gives = answers.ProjectAnswer
    path = f"/{links.PROJECTS}/"
    yield from entries.both(path, api.PROJECTS, encode.project, gives, PROJECTS)
    path = f"/{links.USERS}/me/"
    yield entries.row(path, people.me, answers.PersonAnswer, "Who calls, without the token")


def _usage() -> Iterator[Endpoint]:
    kinds: tuple[Any, ...] = (answers.AssociationAnswer, answers.RemoteAssociationAnswer)
    for remote, gives in enumerate(kinds):
        path = f"/openportal-{'remote-' if remote else ''}associations/"
        what = api.ASSOCIATIONS[bool(remote)]
        yield from entries.both(path, what, encode.association, gives, ACCOUNTS)
    gives = answers.UsageAnswer
    path = f"/{links.USAGES}/"
    yield from entries.both(path, api.USAGES, encode.usage, gives, USAGES, "id")
    path, gives = "/openportal-accounting-summary/", answers.SpendingAnswer
    yield from entries.both(path, api.SPENDING, encode.spending, gives, SPENDING)


def _naming() -> Iterator[Endpoint]:
    gives: Any = answers.NamingAnswer
    yield Endpoint("GET", INFO, people.naming, "Names of a project", gives=gives, errors=(404,))
    for word, handler in (
        ("shortname", people.set_shortname),
        ("allowed_destinations", people.set_destinations),
    ):
        takes, told = body((word,), **{word: NULLABLE}), f"Set the {word.replace('_', ' ')}"
        path = f"{INFO}set_{word}/"
        yield Endpoint("PUT", path, handler, told, takes, gives=gives, errors=WRITES)


def _awards() -> Iterator[Endpoint]:
    gives: Any = answers.AwardAnswer
    yield entries.listing(AWARDS, api.AWARDS, awards.award_list, gives, "Awards to us")
    yield entries.row(ONE_AWARD, awards.retrieve, gives, "One award to us")
    attach = body(("project_uuid",), project_uuid={**TEXT, "format": "uuid"})
    calls: tuple[tuple[str, Handler, Any, bool, Any], ...] = (
        ("approve", awards.approve, COMMENT, False, None),
        ("reject", awards.reject, COMMENT, False, None),
        ("attach", awards.attach, attach, True, None),
        ("detach", awards.detach, None, False, None),
        ("add-note", awards.add_note, NOTE, True, gives),
    )
    for word, handler, takes, needs, given in calls:
        told = f"{word.replace('-', ' ').capitalize()} an award to us"
        yield Endpoint(
            "POST", f"{ONE_AWARD}{word}/", handler, told, takes, needs, given, errors=WRITES
        )
    path, told = f"{ONE_AWARD}delete/", "Forget an award to us"
    yield Endpoint("DELETE", path, awards.delete, told, ok=204, errors=WRITES)


def _remote_projects() -> Iterator[Endpoint]:
    gives: Any = answers.RemoteProjectAnswer
    what = api.REMOTE_PROJECTS
    yield entries.listing(REMOTE, what, awards.remote_list, gives, "Awards of ours")
    yield entries.row(ONE_REMOTE, awards.retrieve_remote, gives, "One award of ours")
    yield Endpoint(
        "GET",
        f"{ONE_REMOTE}total-usage/",
        awards.total_usage,
        "All that was used of an award of ours",
        gives=answers.TotalUsageAnswer,
        errors=(404,),
    )
    domains = {"type": ["array", "null"], "items": TEXT}
    linked = dict.fromkeys(LINKS, LINKED)
    control = {"type": "string", "enum": list(CONTROLS)}
    calls: tuple[tuple[str, Handler, Any], ...] = (
        ("add-note", awards.note_remote, NOTE),
        ("set-links", awards.set_links, body(**linked)),
        ("set-allowed-domains", awards.set_domains,
         body(("allowed_domains",), allowed_domains=domains)),
        ("set-earliest-approve", awards.set_earliest,
         body(("earliest_approve",), earliest_approve={**NULLABLE, "format": "date-time"})),
        ("set-membership-control", awards.set_control,
         body(("membership_control",), membership_control=control)),
        ("approve-now", awards.approve_now, None),
        ("hold-indefinitely", awards.hold, None),
        ("reset-to-pending", awards.reset, None),
        ("resend-request", awards.resend, None),
    )  # fmt: skip
    for word, handler, takes in calls:
        later = word == "set-membership-control"
        yield Endpoint(
            "POST",
            f"{ONE_REMOTE}{word}/",
            handler,
            f"{word.replace('-', ' ').capitalize()} of an award of ours",
            takes,
            gives=answers.DetailAnswer if later else gives,
            ok=202 if later else 200,
            errors=WRITES,
        )


NEIGHBOURS = (*_places(), *_usage(), *_naming(), *_awards(), *_remote_projects())
