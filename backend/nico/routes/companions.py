"""What is read besides allocations (spec nico §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from starlette.responses import Response

from backend.core.database import Tx
from backend.core.errors import Invalid, NotAllowed
from backend.core.version import VERSION
from backend.nico.model.reads import ShownBlock, ShownSite, ShownType, Sight
from backend.nico.routes import lists
from backend.nico.routes.dialect import ADMINS, Call, answer
from backend.nico.routes.query import flag
from backend.nico.rules import values
from backend.nico.rules.roles import PROVIDER_ADMIN, TENANT_ADMIN
from backend.nico.service import api
from backend.nico.wire import encode, statistics

BLOCK, TYPE = "ipBlockId", "instanceTypeId"
USAGE, FIGURES = "includeUsageStats", "includeAllocationStats"
MACHINES, OF_ONE = "includeMachineAssignment", "includeMachineAssociation"
UNALLOCATED, COUNTED = "excludeUnallocated", "includeMachineStats"
BUILT = "1970-01-01T00:00:00Z"
"""No build is told from another one."""

machines = lists.listed(api.MACHINES, encode.machine)
accounts = lists.listed(api.ACCOUNTS, encode.account)


async def metadata(call: Call) -> Response:
    """GET metadata: which version this is."""
    return answer({"version": VERSION, "buildTime": BUILT})


async def user(call: Call) -> Response:
    """GET user/current."""
    person = call.caller.person
    return answer(
        {
            "id": str(uuid5(NAMESPACE_URL, call.caller.name)),
            "email": person.email or None,
            "firstName": person.first_name or None,
            "lastName": person.last_name or None,
        }
    )


async def sites(call: Call) -> Response:
    """GET of sites, with machines by status when asked for."""
    counted = flag(call.request.query_params, COUNTED)

    def more(tx: Tx, sees: Sight, rows: Sequence[ShownSite]) -> Sequence[ShownSite]:
        return api.with_statuses(tx, rows) if counted else rows

    return await lists.page(call, api.SITES, encode.site, more)


async def types(call: Call) -> Response:
    """GET of instance types, with figures and machines when asked for."""
    own = flag(call.request.query_params, UNALLOCATED)
    if own and TENANT_ADMIN not in call.caller.roles:
        raise values.refusal(NotAllowed, "role", f"{UNALLOCATED} takes the role {TENANT_ADMIN}")

    def inner(tx: Tx, sees: Sight) -> Mapping[str, Sequence[object]]:
        return {UNALLOCATED: [sees.tenant]} if own else {}

    more = _more_of_types(call, MACHINES)
    return await lists.page(call, api.TYPES, encode.instance_type, more, inner=inner)


async def one_type(call: Call) -> Response:
    """GET of an instance type."""
    more = _more_of_types(call, OF_ONE)
    return await lists.row(call, TYPE, api.TYPES, encode=encode.instance_type, more=more)


def _more_of_types(call: Call, machines: str) -> lists.More[ShownType]:
    """What is asked for of types. Raises NotAllowed: machines are told to providers."""
    figures = flag(call.request.query_params, FIGURES)
    assigned = flag(call.request.query_params, machines)
    if assigned:
        api.require(call.caller.roles, api.PROVIDERS)

    def more(tx: Tx, sees: Sight, rows: Sequence[ShownType]) -> Sequence[ShownType]:
        found = api.with_figures(tx, sees, rows) if figures else rows
        return api.with_machines(tx, found) if assigned else found

    return more


async def blocks(call: Call) -> Response:
    """GET of address space: a provider's roots, a tenant's own."""
    return await lists.page(call, api.BLOCKS, encode.block, _usage(call))


async def one_block(call: Call) -> Response:
    """GET of a block, be it one that was carved."""
    return await lists.row(
        call, BLOCK, api.BLOCKS, api.DERIVED, encode=encode.block, more=_usage(call)
    )


async def derived(call: Call) -> Response:
    """GET of what was carved of a root."""
    api.require(call.caller.roles, ADMINS)
    uuid = call.uuid(BLOCK)

    def inner(tx: Tx, sees: Sight) -> Mapping[str, Sequence[object]]:
        if api.one(tx, sees, api.BLOCKS, api.DERIVED, uuid=uuid).block.parent:
            raise values.refusal(Invalid, "kind", "the block was itself carved of another one")
        return {"parent": [uuid]}

    return await lists.page(
        call, api.DERIVED, encode.block, _usage(call), inner=inner, wanted=ADMINS
    )


def _usage(call: Call) -> lists.More[ShownBlock]:
    told = flag(call.request.query_params, USAGE)

    def more(tx: Tx, sees: Sight, rows: Sequence[ShownBlock]) -> Sequence[ShownBlock]:
        return api.with_usage(tx, rows) if told else rows

    return more


async def by_type(call: Call) -> Response:
    """GET of statistics of a site, type by type."""
    found = await call.read(lambda tx: api.shared(tx, *_site(tx, call)))
    return answer([statistics.by_type(one) for one in found])


async def by_tenant(call: Call) -> Response:
    """GET of the same, tenant by tenant."""
    found = await call.read(lambda tx: api.by_tenant(api.shared(tx, *_site(tx, call))))
    return answer([statistics.by_tenant(one) for one in found])


def _site(tx: Tx, call: Call) -> tuple[Sight, str]:
    """Which site statistics are wanted of. Raises NotAllowed, Invalid."""
    sees = api.sight(tx, call.reader, frozenset({PROVIDER_ADMIN}))
    told = call.request.query_params.get("siteId", "")
    values.refuse(values.identifier("siteId", told))
    return sees, told
