"""What an object is related to, and where that is listed (`J`); pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

from backend.allocations.model import AllocationRow
from backend.backend import JournalRow
from backend.core.listing import Query
from backend.nico.model import BlockRow, ConstraintRow, Kind, NicoRow, TypeRow
from backend.openportal.model import AwardRow, CodeRow, PortalRow, RemoteProjectRow, ServiceRow
from backend.placement.model import ConsumerRow, InventoryRow, ProviderRow
from backend.projects.model import MemberRow, MismatchRow, PersonRow, ProjectRow
from backend.quotas.model import CommissionRow, QuotaRow, ResourceRow
from tui.format import names


@dataclass(frozen=True, slots=True)
class Related:
    """A list with a filter: `list` is its id; with a `sort` the largest come first."""

    words: str
    list: str
    text: str = ""
    view: str = ""
    sort: str = ""

    @property
    def query(self) -> Query:
        """What the list is asked."""
        return Query(self.text, self.view, sort=self.sort, descending=bool(self.sort))


@singledispatch
def related(row: object) -> Iterator[Related]:
    """The lists that have to do with the object of a row, the most useful first."""
    yield from ()


@related.register
def _project(row: ProjectRow) -> Iterator[Related]:
    name = quoted(row.name)
    yield Related("quotas of its members", "quotas", f"project={name}")
    yield Related("its own limits and usage", "quotas", f"project={name}", "pools")
    yield Related("commissions on it", "commissions", f"project={name}")
    yield Related("what it holds in Placement", "allocations", f"project={quoted(row.uuid)}")
    yield Related("what was done to it", "audit", f"about:{name}")
    if row.owner:
        owner = quoted(row.owner)
        yield Related(f"projects of {row.owner}", "projects", f"owner={owner}", "everything")
        yield Related(f"quotas of {row.owner}", "quotas", f"holder={owner}")


@related.register
def _quota(row: QuotaRow) -> Iterator[Related]:
    project = quoted(row.project)
    yield Related(f"the project {names.project(row)}", "projects", f"name={project}", "everything")
    yield Related(f"who uses {row.resource} of it", "quotas",
                  f"project={project} resource={quoted(row.resource)}")  # fmt: skip
    if not row.is_pool:
        yield from _person(row.holder)
        yield Related("pending commissions on it", "commissions",
                      f"for={quoted(row.holder)} project={project}")  # fmt: skip
    else:
        yield Related("pending commissions on it", "commissions", f"project={project}")
    yield Related("what was done to the project", "audit", f"about:{project}")


@related.register
def _commission(row: CommissionRow) -> Iterator[Related]:
    holder, project = (text.partition(" +")[0] for text in (row.holder, row.project))
    yield Related("the quotas it takes", "quotas",
                  f"holder={quoted(holder)} project={quoted(project)}")  # fmt: skip
    yield Related(f"the project {project}", "projects", f"name={quoted(project)}", "everything")
    yield Related(f"all of {row.clientkey}", "commissions", f"service={quoted(row.clientkey)}")
    yield from _person(holder)
    yield Related("what was done with it", "audit", f"about=commission:{row.key}")


@related.register
def _member(row: MemberRow) -> Iterator[Related]:
    yield from _person(row.email)


@related.register
def _entry(row: JournalRow) -> Iterator[Related]:
    kind, _, id = row.target.partition(":")
    about = quoted(row.about.partition(" of ")[2] if kind == "application" else row.about)
    if kind in ("project", "application"):
        yield Related(f"the project {about}", "projects", f"name={about}", "everything")
        yield Related("quotas of its members", "quotas", f"project={about}")
    elif kind == "user":
        yield from _person(row.about)
    elif kind == "consumer":
        yield Related("the consumer, if it is there", "allocations", f"uuid={quoted(id)}")
    elif kind == "provider":
        yield from _provider(id, "the provider")
    elif kind == "inventory":
        yield from _provider(id.partition("/")[0], "its provider")
    elif kind == "allocation":
        yield Related("the allocation, if it is there", "allocations", f"uuid={quoted(id)}")
    elif kind == "nico_allocation":
        yield Related("the allocation, if it is there", "allocations", f"uuid={quoted(id)}")
        yield Related("its constraint", "constraints", f"uuid={quoted(id)}")
    elif kind == "constraint":
        yield Related("the constraint, if it is there", "constraints", f"uuid={quoted(id)}")
    elif kind == "instance_type":
        yield Related("the instance type, if it is there", "types", f"uuid={quoted(id)}")
    elif kind == "ip_block":
        yield Related("the block, if it is there", "blocks", f"uuid={quoted(id)}")
    elif kind == "commission":
        yield Related("the commission, if it is pending", "commissions", f"serial={id}")
    yield Related("everything done to the same", "audit", f"about={quoted(row.target)}")
    yield Related("everything done by the same", "audit", f"who={quoted(row.actor)}")


@related.register
def _user(row: PersonRow) -> Iterator[Related]:
    yield from _of_person(row.email)


@related.register
def _resource(row: ResourceRow) -> Iterator[Related]:
    resource = quoted(row.name)
    yield Related("who has how much of it", "quotas", f"resource={resource}")
    yield Related("who is over", "quotas", f"resource={resource}", "over")
    yield Related("the limits of projects", "quotas", f"resource={resource}", "pools")
    yield Related("commissions on it", "commissions", f"resource={resource}")
    yield Related("what was done to it", "audit", f"about:{resource}")


@related.register
def _consumer(row: ConsumerRow) -> Iterator[Related]:
    consumer = quoted(row.uuid)
    if row.known:
        project = quoted(row.project)
        name = row.project_name or row.project
        if row.project_name:
            yield Related(f"the project {name}", "projects", f"id={project}", "everything")
        yield Related(f"all that {name} holds", "allocations", f"project={project}")
        yield Related("all of the same user", "allocations", f"user={quoted(row.user)}")
    one = row.providers == 1
    yield Related(f"its {'provider' if one else 'first provider'} {row.provider}", "providers",
                  f"name={quoted(row.provider)}")  # fmt: skip
    yield Related(f"what {row.provider} has", "inventories", f"provider={quoted(row.provider)}")
    yield Related("what was done to it", "audit", f"about={quoted(f'consumer:{row.uuid}')}")
    yield Related("it alone", "allocations", f"uuid={consumer}")


@related.register
def _inventory(row: InventoryRow) -> Iterator[Related]:
    provider, name = quoted(row.provider_name), quoted(row.resource_class)
    yield Related("who holds most of it", "allocations", f"provider={provider} class={name}",
                  sort="amount")  # fmt: skip
    yield Related(f"the provider {row.provider_name}", "providers", f"name={provider}")
    yield Related(f"all that {row.provider_name} has", "inventories", f"provider={provider}")
    yield Related(f"{row.resource_class} of all providers", "inventories", f"class={name}")
    target = f"inventory:{row.provider}/{row.resource_class}"
    yield Related("what was done to it", "audit", f"about={quoted(target)}")


@related.register
def _constraint(row: ConstraintRow) -> Iterator[Related]:
    resource, tenant = quoted(row.resource), quoted(row.tenant)
    yield Related("the allocation", "allocations", f"uuid={quoted(row.allocation)}")
    yield _resource_of(row)
    yield Related(f"all that {row.tenant_org} is given", "constraints", f"tenant={tenant}")
    yield Related(f"all of {row.resource_name}", "constraints", f"resource={resource}")
    yield Related(f"what {row.tenant_org} is given of it", "constraints",
                  f"tenant={tenant} resource={resource}")  # fmt: skip
    yield Related(f"all at {row.site_name}", "constraints", f"site={quoted(row.site)}")
    yield Related("what was done to it", "audit", f"about={quoted(f'constraint:{row.uuid}')}")
    allocation = quoted(f"nico_allocation:{row.allocation}")
    yield Related("what was done to its allocation", "audit", f"about={allocation}")


@related.register
def _nico(row: NicoRow) -> Iterator[Related]:
    uuid, tenant = quoted(row.uuid), quoted(row.tenant)
    yield Related("what it may become", "constraints", f"uuid={uuid}")
    yield _resource_of(row)
    yield Related(f"all that {row.tenant_org} is given", "allocations", f"tenant={tenant}")
    yield Related(f"all of {row.resource_name}", "allocations",
                  f"resource={quoted(row.resource)}")  # fmt: skip
    yield Related(f"all at {row.site_name}", "allocations", f"site={quoted(row.site)}")
    yield Related("what was done to it", "audit", f"about={quoted(f'nico_allocation:{row.uuid}')}")


def _resource_of(row: ConstraintRow | NicoRow) -> Related:
    about_machines = row.kind is Kind.MACHINES
    words = f"the {'type' if about_machines else 'block'} {row.resource_name}"
    list = "types" if about_machines else "blocks"
    return Related(words, list, f"uuid={quoted(row.resource)}")


@related.register
def _type(row: TypeRow) -> Iterator[Related]:
    resource, site = f"resource={quoted(row.uuid)}", quoted(row.site)
    yield Related("who has machines of it", "constraints", resource)
    yield Related("its allocations", "allocations", resource)
    yield Related(f"all types at {row.site_name}", "types", f"site={site}")
    yield Related(f"all that is given at {row.site_name}", "constraints", f"site={site}")
    yield Related("what was done to it", "audit", f"about={quoted(f'instance_type:{row.uuid}')}")


@related.register
def _block(row: BlockRow) -> Iterator[Related]:
    resource, site = f"resource={quoted(row.block.uuid)}", quoted(row.block.site)
    yield Related("who holds networks of it", "constraints", resource)
    yield Related("its allocations", "allocations", resource)
    yield Related(f"all blocks at {row.site_name}", "blocks", f"site={site}")
    yield Related(f"all that is given at {row.site_name}", "constraints", f"site={site}")
    yield Related("what was done to it", "audit", f"about={quoted(f'ip_block:{row.block.uuid}')}")


@related.register
def _provider_row(row: ProviderRow) -> Iterator[Related]:
    name = quoted(row.name)
    yield Related("who holds something of it", "allocations", f"provider={name}")
    yield Related("what it has", "inventories", f"provider={name}")
    yield Related("its tree", "providers", f"root={quoted(row.provider.root)}")
    target = f"provider:{row.provider.uuid}"
    yield Related("what was done to it", "audit", f"about={quoted(target)}")


@related.register
def _allocation(row: AllocationRow) -> Iterator[Related]:
    yield from related(row.of)


@related.register
def _portal(row: PortalRow) -> Iterator[Related]:
    service = quoted(row.service_name)
    if row.code:
        words = f"the project code {row.code} with its limit"
        yield Related(words, "codes", f"code={quoted(row.code)}")
        if row.sharing > 1:
            words = f"the {row.sharing:,} allocations that share its limit"
            yield Related(words, "allocations", f"code={quoted(row.code)}")
    yield Related(f"all of the project {row.project_name}", "allocations",
                  f"project={quoted(row.project_name)}")  # fmt: skip
    yield Related(f"the service {row.service_name}", "services", f"name={service}")
    yield Related(f"all on {row.service_name}", "allocations", f"service={service}")
    if row.remote:
        yield Related("the award at the other portal", "remote-projects",
                      f"project={quoted(row.project_name)}")  # fmt: skip
    yield Related("the Astakos project of the same id", "projects",
                  f"id={quoted(dashed(row.project))}", "everything")  # fmt: skip
    yield Related("what was done to it", "audit", f"about={quoted(f'allocation:{row.uuid}')}")


@related.register
def _code(row: CodeRow) -> Iterator[Related]:
    yield Related("its allocations", "allocations", f"code={quoted(row.code)}")
    yield Related("the Astakos project of the same id", "projects",
                  f"id={quoted(dashed(row.project))}", "everything")  # fmt: skip


@related.register
def _service(row: ServiceRow) -> Iterator[Related]:
    name = quoted(row.service.name)
    yield Related("its allocations", "allocations", f"service={name}")
    yield Related("those that are ERRED", "allocations", f"service={name} erred")
    yield Related("those that are busy", "allocations", f"service={name} busy")


@related.register
def _award(row: AwardRow) -> Iterator[Related]:
    if row.award.project:
        yield Related("allocations of its project", "allocations",
                      f"project={quoted(row.award.project)}")  # fmt: skip
    yield Related("awards for the same service", "awards",
                  f"destination={quoted(row.award.destination)}")  # fmt: skip
    yield Related("what was done to it", "audit", f"about={quoted(row.award.target)}")


@related.register
def _remote_project(row: RemoteProjectRow) -> Iterator[Related]:
    one = row.remote_project
    yield Related("allocations of its project", "allocations", f"project={quoted(one.project)}")
    yield Related("awards to the same destination", "remote-projects",
                  f"destination={quoted(one.destination)}")  # fmt: skip
    yield Related("what was done to it", "audit", f"about={quoted(one.target)}")


def _provider(uuid: str, words: str) -> Iterator[Related]:
    yield Related(words, "providers", f"uuid={quoted(uuid)}")
    yield Related("what it has", "inventories", f"provider={quoted(uuid)}")


@related.register
def _mismatch(row: MismatchRow) -> Iterator[Related]:
    project, resource = quoted(row.project), quoted(row.resource)
    yield Related(f"the project {row.project}", "projects", f"name={project}", "everything")
    yield Related("its own limits and usage", "quotas", f"project={project}", "pools")
    yield Related(f"who uses {row.resource} of it", "quotas",
                  f"project={project} resource={resource}")  # fmt: skip
    if row.holder:
        yield from _person(row.holder)
    yield Related("what was done to the project", "audit", f"about:{project}")


def _person(email: str) -> Iterator[Related]:
    yield from _of_person(email)
    yield Related(f"{email} among people", "users", f"email={quoted(email)}")


def _of_person(email: str) -> Iterator[Related]:
    person = quoted(email)
    yield Related(f"quotas of {email}", "quotas", f"holder={person}")
    yield Related(f"projects of {email}", "projects", f"owner={person}", "everything")
    yield Related(f"projects with {email} in them", "projects", f"member={person}", "everything")
    yield Related(f"what {email} did", "audit", f"who={person}")


def dashed(uuid: str) -> str:
    """A uuid as Astakos writes it; what is none stays."""
    if len(uuid) != 32:
        return uuid
    return "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:]))


def quoted(text: str) -> str:
    """A text as one value of a filter."""
    return '"' + text.replace('"', '""') + '"'
