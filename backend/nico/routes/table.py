"""The calls of NICo that are offered, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.nico import answers
from backend.nico.routes import allocations, companions, current, schemas, setup
from backend.nico.routes.dialect import Endpoint, Handler
from backend.nico.service import api

FLAG = schemas.FLAG
BAD, GONE = (400,), (400, 404)
EVERY = (400, 404, 409)
ONE = "/allocation/{allocationId}"
TYPE = "/instance/type"
ONE_TYPE = f"{TYPE}/{{{companions.TYPE}}}"
BLOCK = "/ipblock"
ONE_BLOCK = f"{BLOCK}/{{{companions.BLOCK}}}"
MESSAGE = answers.MessageAnswer
LISTED = (companions.FIGURES, companions.MACHINES, companions.UNALLOCATED)
ROW = (companions.FIGURES, companions.OF_ONE)
SITE: Mapping[str, Any] = {"siteId": {**schemas.UUID, "description": "has to be given"}}


def _listing(
    path: str,
    what: api.List[Any],
    handler: Handler,
    gives: Any,
    summary: str,
    *flags: str,
    errors: tuple[int, ...] = BAD,
) -> Endpoint:
    query = {**schemas.filters(what.catalogue), **dict.fromkeys(flags, FLAG)}
    told: Any = list[gives]
    return Endpoint(
        "GET", path, handler, summary, gives=told, errors=errors, query=query, counts=True
    )


def _row(
    path: str, what: api.List[Any], handler: Handler, gives: Any, summary: str, *flags: str
) -> Endpoint:
    query = {**schemas.relations(what.catalogue), **dict.fromkeys(flags, FLAG)}
    return Endpoint("GET", path, handler, summary, gives=gives, errors=GONE, query=query)


def _deletion(path: str, handler: Handler, summary: str) -> Endpoint:
    return Endpoint("DELETE", path, handler, summary, gives=MESSAGE, ok=202, errors=GONE)


def _allocations() -> Iterator[Endpoint]:
    root, gives = "/allocation", answers.AllocationAnswer
    yield _listing(root, api.ALLOCATIONS, allocations.listed, gives, "Allocations")
    yield Endpoint(
        "POST",
        root,
        allocations.create,
        "Give a tenant machines or a network",
        schemas.ALLOCATION,
        gives,
        201,
        (400, 409),
    )
    yield _row(ONE, api.ALLOCATIONS, allocations.retrieve, gives, "One allocation")
    yield Endpoint(
        "PATCH",
        ONE,
        allocations.modify,
        "Rename or describe an allocation",
        schemas.CHANGES,
        gives,
        errors=EVERY,
    )
    yield _deletion(ONE, allocations.delete, "Take back what was given")
    yield Endpoint(
        "PATCH",
        f"{ONE}/constraint/{{{allocations.CONSTRAINT}}}",
        allocations.set_value,
        "Set how much an allocation gives",
        schemas.SETTING,
        answers.ConstraintAnswer,
        errors=GONE,
    )


def _types() -> Iterator[Endpoint]:
    c = companions
    gives: Any = answers.TypeAnswer
    yield _listing(TYPE, api.TYPES, c.types, gives, "Instance types", *LISTED)
    yield Endpoint(
        "POST",
        TYPE,
        setup.create_type,
        "Make an instance type",
        schemas.TYPE,
        gives,
        201,
        (400, 409),
    )
    yield _row(ONE_TYPE, api.TYPES, c.one_type, gives, "One instance type", *ROW)
    yield _deletion(ONE_TYPE, setup.delete_type, "Delete an instance type")
    machine, gives = f"{ONE_TYPE}/machine", list[answers.AssignmentAnswer]
    told = "Say which machines are of a type"
    yield Endpoint("POST", machine, setup.associate, told, schemas.MACHINES, gives, 201, EVERY)
    one = f"{machine}/{{{setup.MACHINE}}}"
    yield _deletion(one, setup.dissociate, "Take a machine from its type")


def _blocks() -> Iterator[Endpoint]:
    c, gives = companions, answers.BlockAnswer
    yield _listing(BLOCK, api.BLOCKS, c.blocks, gives, "IP blocks", c.USAGE)
    told = "Add address space"
    yield Endpoint("POST", BLOCK, setup.create_block, told, schemas.BLOCK, gives, 201, (400, 409))
    yield _row(ONE_BLOCK, api.BLOCKS, c.one_block, gives, "One IP block", c.USAGE)
    yield _deletion(ONE_BLOCK, setup.delete_block, "Delete an IP block")
    path, told = f"{ONE_BLOCK}/derived", "What was carved of a block"
    yield _listing(path, api.DERIVED, c.derived, gives, told, c.USAGE, errors=GONE)


def _others() -> Iterator[Endpoint]:
    c, a = companions, answers
    yield _listing("/site", api.SITES, c.sites, a.SiteAnswer, "Sites", c.COUNTED)
    yield _listing("/machine", api.MACHINES, c.machines, a.MachineAnswer, "Machines")
    told = "Accounts of tenants"
    yield _listing("/tenant/account", api.ACCOUNTS, c.accounts, a.AccountAnswer, told)
    stats: Any = list[a.TenantStatsAnswer]
    path, told = "/tenant/instance-type/stats", "What tenants have of which type"
    yield Endpoint("GET", path, c.by_tenant, told, gives=stats, errors=BAD, query=SITE)
    stats = list[a.TypeStatsAnswer]
    path, told = "/machine/instance-type/stats", "Which tenants have what of types"
    yield Endpoint("GET", path, c.by_type, told, gives=stats, errors=BAD, query=SITE)
    yield Endpoint(
        "GET",
        "/infrastructure-provider/current",
        current.provider,
        "The provider that the organisation is",
        gives=a.ProviderAnswer,
        errors=(404,),
    )
    told = "The tenant that the organisation is"
    yield Endpoint("GET", "/tenant/current", current.tenant, told, gives=a.TenantAnswer)
    path, told = "/service-account/current", "Whether the caller is a service account"
    account = a.ServiceAccountAnswer
    yield Endpoint("GET", path, current.service_account, told, gives=account)
    yield Endpoint("GET", "/metadata", c.metadata, "Which version this is", gives=a.MetadataAnswer)
    yield Endpoint("GET", "/user/current", c.user, "Who calls", gives=a.UserAnswer)


ENDPOINTS: tuple[Endpoint, ...] = (*_allocations(), *_types(), *_blocks(), *_others())
