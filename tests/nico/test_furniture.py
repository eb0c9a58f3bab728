"""Blocks, types, machines, instances and networks (spec nico §2.7, scenarios 23 to 25, 47, 48)."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.identity import Actor, Role
from backend.nico.model import (
    AddPrefix,
    AdmitInstance,
    AssociateMachines,
    CreateBlock,
    CreateInstanceType,
    DeleteBlock,
    DeleteInstanceType,
    DissociateMachine,
    RemoveInstance,
    RemovePrefix,
    Routing,
)
from backend.nico.store import blocks, machines
from tests.nico.cloud import (
    ADMIN,
    B16,
    C50,
    G100,
    S1,
    S2,
    T1,
    T2,
    VIEWER,
    Z10,
    Cloud,
    fields,
    machine_of,
    otherwise,
)

TENANT = Actor("token:ta", Role.USER)


def admitting(of: str = G100, **more: Any) -> AdmitInstance:
    """The command that gives T1 an instance."""
    given: dict[str, Any] = {"actor": ADMIN, "name": "job", "tenant": T1, "site": S1}
    return AdmitInstance(**(given | {"instance_type": of} | more))


def dissociating(n: int, of: str = G100) -> DissociateMachine:
    """The command that takes a machine from its type."""
    return DissociateMachine(actor=ADMIN, instance_type=of, machine=machine_of(of, n))


def associating(*ids: str, of: str = G100) -> AssociateMachines:
    """The command that gives machines a type."""
    return AssociateMachines(actor=ADMIN, instance_type=of, machines=ids)


def block(prefix: str, length: int, **more: Any) -> CreateBlock:
    """The command that makes address space."""
    given: dict[str, Any] = {"site": S1, "name": "new", "routing": Routing.DATACENTER_ONLY}
    return CreateBlock(actor=ADMIN, prefix=prefix, length=length, **(given | more))


def test_n23_machines_that_are_given_stay(c: Cloud) -> None:
    uuid = c.give(G100, 10)
    assert c.refused(Invalid, dissociating(0)).data["rule"] == "capacity"
    c.set(uuid, 9)
    (instance,) = c.use(G100, 1)
    carrier = c.see(machines.instance, instance)
    assert carrier is not None
    assert carrier.machine == machine_of(G100, 0)
    assert c.refused(Invalid, dissociating(0)).data["rule"] == "in_use"
    plan = c.plan(dissociating(1))
    c.do(dissociating(1))
    assert c.type(G100).machines == 9
    assert plan.inverse is not None
    c.do(plan.inverse)
    assert c.type(G100).machines == 10


def test_machines_are_of_one_type_and_fit(c: Cloud) -> None:
    loose, ill = machine_of(G100, 0), machine_of(G100, 9)
    assert c.refused(Conflict, associating(loose, of=C50)).data["rule"] == "in_use"
    for n in (0, 9):
        c.do(dissociating(n))
    c.refused(NotFound, dissociating(0))
    assert c.refused(Invalid, associating(ill)).data["rule"] == "status"
    assert c.refused(Invalid, associating(loose, of=Z10)).data["rule"] == "foreign"
    c.refused(Invalid, associating("nope"))
    c.refused(Invalid, associating())
    c.do(associating(loose, loose, of=C50))
    assert (c.type(G100).machines, c.type(C50).machines) == (8, 5)


def test_n24_a_type_that_is_given_stays(c: Cloud) -> None:
    uuid = c.give(G100, 1)
    command = DeleteInstanceType(actor=ADMIN, instance_type=G100)
    assert c.refused(Invalid, command).data["rule"] == "in_use"
    c.delete(uuid)
    (instance,) = c.use(G100, 1)
    c.refused(Invalid, command)
    c.do(RemoveInstance(actor=ADMIN, instance=instance))
    c.do(command)
    c.refused(NotFound, command)
    left = c.see(machines.machine, machine_of(G100, 3))
    assert left is not None
    assert left.instance_type == ""


def test_types_have_names_of_their_own(c: Cloud) -> None:
    command = CreateInstanceType(actor=ADMIN, site=S1, name="g100")
    assert c.refused(Conflict, command).data["fields"] == {"id": G100}
    made = c.do(CreateInstanceType(actor=ADMIN, site=S2, name="g100", description="big"))
    assert c.type(str(made.created["instance_type"])).site == S2


def test_n25_instances_end_with_the_pool(c: Cloud) -> None:
    assert c.refused(NotAllowed, admitting()).data["rule"] == "capacity"
    uuid = c.give(G100, 4)
    c.refused(NotAllowed, admitting(C50))
    c.use(G100, 4)
    assert c.refused(NotAllowed, admitting()).data["rule"] == "capacity"
    c.set(uuid, 5)
    c.do(admitting())
    c.give(G100, 5)
    for _ in range(3):
        c.do(admitting())
    assert c.refused(Invalid, admitting()).data["rule"] == "capacity"


def test_an_instance_comes_to_the_machine_that_is_named(c: Cloud) -> None:
    c.give(G100, 4)
    c.do(admitting(machine=machine_of(G100, 5)))
    c.refused(Invalid, admitting(machine=machine_of(G100, 5)))
    c.refused(Invalid, admitting(machine=machine_of(C50, 1)))
    c.do(admitting("", machine=machine_of(C50, 1)))
    pool = c.see(machines.pool, G100, T1)
    assert (pool.allocated, pool.instances) == (4, 1)


def test_tenants_act_for_themselves(c: Cloud) -> None:
    c.give(G100, 4)
    c.refused(NotAllowed, admitting(actor=VIEWER))
    c.refused(NotAllowed, admitting(actor=TENANT, org="t2"))
    made = c.do(admitting(actor=TENANT, org="T1"))
    gone = RemoveInstance(actor=TENANT, org="t2", instance=str(made.created["instance"]))
    c.refused(NotAllowed, gone)
    c.do(RemoveInstance(actor=TENANT, org="t1", instance=str(made.created["instance"])))
    c.refused(NotFound, gone)


def test_networks_in_what_was_carved(c: Cloud) -> None:
    uuid = c.give(B16, 24)
    derived = c.derived(uuid).uuid

    def adding(length: int, *, subnet: bool, of: str = derived, **more: Any) -> AddPrefix:
        given: dict[str, Any] = {"actor": ADMIN, "block": of, "name": "net"} | more
        return AddPrefix(length=length, is_subnet=subnet, **given)

    made = [str(c.do(adding(26, subnet=subnet)).created["prefix"]) for subnet in (True, False)]
    found = [f"{one.prefix}/{one.length}" for one in c.see(blocks.prefixes, derived)]
    assert found == ["10.20.0.0/26", "10.20.0.64/26"]
    c.refused(Conflict, adding(24, subnet=True))
    c.refused(Invalid, adding(31, subnet=True))
    c.refused(Invalid, adding(31, subnet=False, of=B16))
    c.refused(NotAllowed, adding(31, subnet=False, actor=TENANT, org="t2"))
    for one in made:
        c.do(RemovePrefix(actor=ADMIN, prefix=one))
    c.refused(NotFound, RemovePrefix(actor=ADMIN, prefix=made[0]))
    whole = str(c.do(adding(24, subnet=True)).created["prefix"])
    assert c.block(derived).full_grant
    c.do(RemovePrefix(actor=ADMIN, prefix=whole))
    assert c.free(derived) == ["10.20.0.0/24"]


def test_n47_roots_do_not_overlap_in_their_namespace(c: Cloud) -> None:
    assert c.refused(Conflict, block("192.168.20.0", 25)).data["rule"] == "overlap"
    c.refused(Conflict, block("192.168.0.0", 16))
    c.do(block("192.168.20.0", 25, routing=Routing.PUBLIC))
    c.do(block("192.168.20.0", 25, site=S2))


@pytest.mark.parametrize(
    ("prefix", "length", "field"),
    [("10.20.0.5", 16, "prefix"), ("x", 16, "prefix"), ("10.0.0.0", 33, "prefixLength")],
)
def test_n47_what_is_no_network(c: Cloud, prefix: str, length: int, field: str) -> None:
    assert fields(c.refused(Invalid, block(prefix, length))) == {field}


def test_blocks_have_names_of_their_own(c: Cloud) -> None:
    made = c.do(block("10.0.0.0", 16)).created["block"]
    assert c.refused(Conflict, block("10.1.0.0", 16)).data["fields"] == {"id": made}


def test_n48_a_block_goes_with_the_last_of_its_parts(c: Cloud) -> None:
    uuid = c.give(B16, 24)
    derived = c.derived(uuid).uuid
    root, part = (DeleteBlock(actor=ADMIN, block=one) for one in (B16, derived))
    assert c.refused(Invalid, root).data["rule"] == "in_use"
    assert c.refused(Invalid, part).data["rule"] == "in_use"
    c.delete(uuid)
    c.refused(NotFound, part)
    c.do(root)
    c.refused(NotFound, DeleteBlock(actor=ADMIN, block=str(uuid4())))


def test_what_is_another_providers_is_left_alone(c: Cloud) -> None:
    for command in (
        DeleteBlock(actor=ADMIN, org="other", block=B16),
        DeleteInstanceType(actor=ADMIN, org="other", instance_type=G100),
        block("10.0.0.0", 16, org="other"),
    ):
        assert c.refused(Invalid, command).data["rule"] == "foreign"


def test_instances_need_a_machine_that_is_ready(c: Cloud) -> None:
    c.give(C50, 4)
    for n in range(4):
        c.database.write(partial(otherwise, machine=machine_of(C50, n), status="Error"))
    assert c.refused(Invalid, admitting(C50)).data["rule"] == "capacity"
    c.use(C50, 1, T2)
