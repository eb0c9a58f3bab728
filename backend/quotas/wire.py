"""Bodies of Astakos' commission calls (spec astakos §4.3, §5); outbound is `encode`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from backend.core.errors import Invalid
from backend.core.identity import Actor
from backend.decode import Body, Flag, Many, Text, Whole, decode, refuse
from backend.quotas.model import IssueCommission, Provision


@dataclass(frozen=True, slots=True)
class Bulk:
    """Serials to resolve, each list in the order asked for."""

    accept: tuple[int, ...]
    reject: tuple[int, ...]


class ProvisionBody(Body):
    """A provision; `source` must be there, null for a project's own holding."""

    holder: Text
    source: Text | None
    resource: Text
    quantity: Whole

    def provision(self) -> Provision:
        """The domain's provision."""
        return Provision(self.holder, self.source or "", self.resource, self.quantity)


class CommissionBody(Body):
    """POST /commissions."""

    provisions: Many[ProvisionBody]
    force: Flag = False
    auto_accept: Flag = False
    name: Text = ""


class BulkBody(Body):
    """POST /commissions/action."""

    accept: Many[Whole] = Field(default_factory=list)
    reject: Many[Whole] = Field(default_factory=list)


def commission(
    body: object, actor: Actor, clientkey: str, *, key: str = "", timeout: int = 0
) -> IssueCommission:
    """POST /commissions as the command of the component `clientkey`. Raises Invalid."""
    found = decode(CommissionBody, body)
    for n, provision in enumerate(found.provisions):
        if provision.source == "":
            refuse(
                ("provisions", n, "source"),
                "",
                "names nothing",
                "give null for a project's own holding, else project:<uuid>",
            )
    return IssueCommission(
        actor=actor,
        clientkey=clientkey,
        provisions=tuple(p.provision() for p in found.provisions),
        name=found.name,
        force=found.force,
        auto_accept=found.auto_accept,
        key=key,
        timeout=timeout,
    )


def resolution(body: object) -> bool:
    """POST /commissions/<serial>/action: True to accept. Raises Invalid unless exactly one of
    `accept` and `reject` is there, whatever its value."""
    if not isinstance(body, Mapping):
        refuse((), body, "is not an object", 'give {"accept": ""} or {"reject": ""}')
    wanted = [name for name in ("accept", "reject") if name in body]
    if len(wanted) != 1:
        found = " and ".join(wanted) or "neither accept nor reject"
        raise Invalid(f"the body has {found}", hint="give exactly one of accept and reject")
    return wanted == ["accept"]


def bulk(body: object) -> Bulk:
    """POST /commissions/action. Raises Invalid."""
    found = decode(BulkBody, body)
    return Bulk(tuple(found.accept), tuple(found.reject))
