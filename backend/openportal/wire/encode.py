"""What answers say (spec openportal §1, §5)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from backend.core.runtime import moment
from backend.openportal.model import Customer, PortalProject, node_hours
from backend.openportal.model.reads import (
    Person,
    Shown,
    ShownAssociation,
    ShownProject,
    ShownService,
    ShownUsage,
    Spending,
)
from backend.openportal.wire import links
from backend.openportal.wire.bodies import COUNTERPARTS

Json = dict[str, Any]
Link = Callable[..., str]
"""The absolute URL of something by its collection and its parts."""

TYPES = {False: "OPENPORTAL", True: "OPENPORTALREMOTE"}
MODELS = {False: "OPENPORTAL.Allocation", True: "OPENPORTAL.RemoteAllocation"}
MARKETPLACE = (
    "marketplace_offering_uuid",
    "marketplace_offering_name",
    "marketplace_offering_type",
    "marketplace_offering_plugin_options",
    "marketplace_category_uuid",
    "marketplace_category_name",
    "marketplace_resource_uuid",
    "marketplace_plan_uuid",
    "marketplace_resource_state",
    "is_usage_based",
    "is_limit_based",
)
"""What is null where no resource of a marketplace points at the allocation."""


def time(at: int) -> str:
    """A moment in UTC."""
    return moment(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def time_or_none(at: int) -> str | None:
    """The same, null for never."""
    return time(at) if at else None


def slug(name: str) -> str:
    """A name as it may stand in a URL."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def allocation(shown: Shown, link: Link) -> Json:
    """A row of either kind, its keys in the documented order."""
    one, customer = shown.allocation, shown.customer
    market: Mapping[str, Any] = json.loads(shown.marketplace) if shown.marketplace else {}
    return {
        "url": link(links.ALLOCATIONS[one.remote], one.uuid),
        "uuid": one.uuid,
        "name": one.name,
        "description": one.description,
        "service_name": shown.service_name,
        "service_settings": link(links.SERVICES, one.service),
        "service_settings_uuid": one.service,
        "service_settings_state": shown.service_state,
        "service_settings_error_message": shown.service_error,
        "project": link(links.PROJECTS, one.project),
        "project_name": shown.project_name,
        "project_uuid": one.project,
        **_customer_of(customer, link),
        "error_message": one.error_message,
        "error_traceback": one.error_traceback,
        "resource_type": MODELS[one.remote],
        "state": str(one.state),
        "created": time(one.created_at),
        "modified": time(one.modified_at),
        "backend_id": one.backend_id,
        "access_url": None,
        "node_limit": one.node_limit,
        COUNTERPARTS[one.remote]: one.counterpart,
        "node_usage": node_hours(one.node_usage),
        "is_active": one.is_active,
        **{name: market.get(name) for name in MARKETPLACE},
    }


def _customer_of(customer: Customer, link: Link) -> Json:
    return {
        "customer": link(links.CUSTOMERS, customer.uuid),
        "customer_uuid": customer.uuid,
        "customer_name": customer.name,
        "customer_native_name": customer.native_name,
        "customer_abbreviation": customer.abbreviation,
    }


def customer(one: Customer, link: Link) -> Json:
    """An organisation."""
    return {
        "url": link(links.CUSTOMERS, one.uuid),
        "uuid": one.uuid,
        "created": time(one.created_at),
        "name": one.name,
        "slug": slug(one.name),
        "native_name": one.native_name,
        "abbreviation": one.abbreviation,
        "display_name": f"{one.name} ({one.native_name})" if one.native_name else one.name,
        "backend_id": "",
        "blocked": False,
        "archived": False,
    }


def project(shown: ShownProject, link: Link) -> Json:
    """A project; its end is the first day without access."""
    one = shown.project
    return {
        "url": link(links.PROJECTS, one.uuid),
        "uuid": one.uuid,
        "name": one.name,
        "slug": slug(one.name),
        **_customer_of(shown.customer, link),
        "description": one.description,
        "created": time(one.created_at),
        "start_date": one.start_date or None,
        "end_date": one.end_date or None,
        "effective_end_date": one.end_date or None,
        "grace_period_days": None,
        "is_in_grace_period": False,
        "backend_id": "",
        "is_removed": False,
        "resources_count": shown.allocations,
        "project_credit": node_hours(one.credits),
    }


def service(shown: ShownService, link: Link, *, staff: bool) -> Json:
    """The settings of a service; only staff see where it is."""
    one = shown.service
    options = {
        "instance_name": one.instance,
        "allocation_unit": one.allocation_unit,
        "default_allocation": one.default_allocation,
        "max_allocation": one.max_allocation,
    }
    return {
        "url": link(links.SERVICES, one.uuid),
        "uuid": one.uuid,
        "name": one.name,
        "type": TYPES[one.remote],
        "state": str(one.state),
        "error_message": one.error_message,
        "shared": one.shared,
        "customer": link(links.CUSTOMERS, one.customer) if one.customer else None,
        "customer_name": shown.customer_name or None,
        "customer_native_name": shown.customer_native_name or None,
        "terms_of_services": "",
        "scope": None,
        "scope_uuid": None,
        "options": options if staff else {},
    }


def usage(one: ShownUsage, link: Link) -> Json:
    """What somebody used of an allocation in a month."""
    return {
        "node_usage": node_hours(one.usage),
        "month": one.month,
        "year": one.year,
        "allocation": link(links.ALLOCATIONS[one.remote], one.allocation),
        "user": link(links.USERS, one.user) if one.user else None,
        "username": one.username,
        "full_name": one.full_name,
    }


def association(one: ShownAssociation, link: Link) -> Json:
    """Somebody's account; of another portal's nothing is known but whose it is."""
    place = {"allocation": link(links.ALLOCATIONS[one.remote], one.allocation)}
    names = {
        "username": one.username,
        "groupname": one.groupname,
        "useridentifier": one.useridentifier,
    }
    return {"uuid": one.uuid, **({} if one.remote else names), **place}


def spending(one: Spending, _: Link) -> Json:
    """What a project was given and what it spent."""
    return {
        "project_uuid": one.project.uuid,
        "project_name": one.project.name,
        "customer_uuid": one.customer.uuid,
        "customer_name": one.customer.name,
        "start_date": one.project.start_date or None,
        "end_date": one.project.end_date or None,
        "total_credits": node_hours(one.project.credits),
        "total_spend": node_hours(one.spent),
        "current_month_spend": node_hours(one.this_month),
    }


def person(one: Person, link: Link, lifetime: int | None) -> Json:
    """Who calls. The token is a secret that is not kept, so there is none to show."""
    user = one.user
    return {
        "url": link(links.USERS, user.uuid),
        "uuid": user.uuid,
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "is_staff": user.is_staff,
        "is_support": user.is_support,
        "is_active": user.is_active,
        "date_joined": time(user.created_at),
        "token_lifetime": lifetime,
        "permissions": [
            {
                "role_name": f"{scope.upper()}.{part.upper()}",
                "scope_type": scope,
                "scope_uuid": uuid,
                "scope_name": name,
            }
            for part, scope, uuid, name in one.roles
        ],
    }


def naming(one: PortalProject, link: Link) -> Json:
    """How a project is called at resource backends, and where it may go (§5.5)."""
    return {
        "project": link(links.PROJECTS, one.uuid),
        "shortname": one.shortname,
        "allowed_destinations": one.allowed_destinations,
    }
