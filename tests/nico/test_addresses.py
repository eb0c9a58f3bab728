"""Networks of blocks (spec nico §5, scenarios 27 to 50)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from backend.core.errors import Conflict, Invalid
from backend.core.listing import Query
from backend.nico.model import DeleteNicoAllocation, Mode, ModifyNicoAllocation
from backend.nico.queries import constraint_keys_sql, constraint_rows
from tests.nico.cloud import (
    ADMIN,
    B16,
    B22,
    B24,
    B30,
    BS2,
    S1,
    T1,
    T2,
    V6,
    Cloud,
    fields,
    giving,
)


def each(c: Cloud, block: str, lengths: Sequence[int]) -> list[str]:
    """The networks that are carved one after the other."""
    return [c.cidr(c.give(block, length)) for length in lengths]


def test_n27_a_network_is_a_block_of_its_tenant(c: Cloud) -> None:
    uuid = c.give(B16, 24, name="web")
    derived = c.derived(uuid)
    assert (derived.cidr, derived.tenant, derived.name) == ("10.20.0.0/24", T1, "web")
    assert (derived.routing, derived.parent) == (c.block(B16).routing, B16)
    assert c.constraint(uuid).resource == B16


def test_n28_best_fit_takes_the_smallest_piece(c: Cloud) -> None:
    assert each(c, B16, (24, 20, 24, 25, 26, 28, 23)) == [
        "10.20.0.0/24",
        "10.20.16.0/20",
        "10.20.1.0/24",
        "10.20.2.0/25",
        "10.20.2.128/26",
        "10.20.2.192/28",
        "10.20.4.0/23",
    ]
    assert c.free(B16) == [
        "10.20.2.208/28",
        "10.20.2.224/27",
        "10.20.3.0/24",
        "10.20.6.0/23",
        "10.20.8.0/21",
        "10.20.32.0/19",
        "10.20.64.0/18",
        "10.20.128.0/17",
    ]


def test_n30_what_is_free_are_the_largest_pieces(c: Cloud) -> None:
    c.give(B24, 27)
    assert c.free(B24) == ["192.168.20.32/27", "192.168.20.64/26", "192.168.20.128/25"]


def test_n31_a_full_block_gives_nothing(c: Cloud) -> None:
    found = each(c, B22, (24, 24, 24, 24))
    assert found == [f"192.168.{n}.0/24" for n in range(4)]
    error = c.refused(Conflict, giving(B22, 24))
    assert error.data["rule"] == "space"
    assert "nothing is free" in str(error)


def test_n32_what_is_free_has_to_be_aligned(c: Cloud) -> None:
    uuids = [c.give(B22, 24) for _ in range(4)]
    c.delete(uuids[1])
    c.delete(uuids[3])
    error = c.refused(Conflict, giving(B22, 23))
    assert "192.168.1.0/24, 192.168.3.0/24" in str(error)
    assert each(c, B22, (24,)) == ["192.168.1.0/24"]


@pytest.mark.parametrize(
    ("length", "network"), [(25, "2.128/25"), (26, "2.128/26"), (24, "1.0/24")]
)
def test_n33_the_best_fit_is_not_the_first(c: Cloud, length: int, network: str) -> None:
    uuids = [c.give(B22, each) for each in (24, 24, 25)]
    c.delete(uuids[1])
    assert each(c, B22, (length,)) == [f"192.168.{network}"]


def test_n34_a_block_is_given_whole_and_comes_back(c: Cloud) -> None:
    uuid = c.give(B22, 22)
    assert c.cidr(uuid) == "192.168.0.0/22"
    assert c.block(B22).full_grant
    assert c.free(B22) == []
    c.refused(Conflict, giving(B22, 32))
    c.delete(uuid)
    assert not c.block(B22).full_grant
    assert c.free(B22) == ["192.168.0.0/22"]


def test_n35_a_block_of_which_something_is_taken_is_not_given_whole(c: Cloud) -> None:
    c.give(B22, 24)
    assert c.refused(Conflict, giving(B22, 22)).data["rule"] == "space"
    assert not c.block(B22).full_grant


def test_n36_no_network_is_larger_than_its_block(c: Cloud) -> None:
    c.refused(Conflict, giving(B22, 16))
    uuid = c.give(B22, 24)
    c.refused(Invalid, c.setting(uuid, 16))
    c.set(uuid, 22)
    assert c.block(B22).full_grant
    assert c.cidr(uuid) == "192.168.0.0/22"
    c.set(uuid, 24)
    assert not c.block(B22).full_grant
    assert c.cidr(uuid) == "192.168.0.0/24"


def test_n37_what_cannot_be_carved_changes_nothing(c: Cloud) -> None:
    first, _ = c.give(B22, 24), c.give(B22, 24)
    c.refused(Invalid, c.setting(first, 22))
    assert c.cidr(first) == "192.168.0.0/24"


def test_n38_the_carved_block_stays_the_same_one(c: Cloud) -> None:
    uuid = c.give(B16, 24)
    before = c.constraint(uuid).derived
    for length in (23, 25):
        c.set(uuid, length)
        assert c.cidr(uuid) == f"10.20.0.0/{length}"
        assert c.constraint(uuid).derived == before


def test_n39_another_size_may_be_elsewhere(c: Cloud) -> None:
    first, _ = c.give(B16, 24), c.give(B16, 24)
    plan = c.plan(c.setting(first, 23))
    told = {change.field: (change.before, change.after) for change in plan.changes}
    assert told["network"] == ("10.20.0.0/24", "10.20.2.0/23")
    assert any("moves to another network" in warning for warning in plan.warnings)
    c.set(first, 23)
    assert c.cidr(first) == "10.20.2.0/23"
    assert each(c, B16, (24,)) == ["10.20.0.0/24"]


def test_n40_in_a_full_block_only_less_is_to_be_had(c: Cloud) -> None:
    first = [c.give(B22, 24) for _ in range(4)][0]
    c.refused(Invalid, c.setting(first, 23))
    c.set(first, 25)
    assert c.cidr(first) == "192.168.0.0/25"


def test_n41_what_is_in_use_stays_as_it_is(c: Cloud) -> None:
    uuid = c.give(B16, 24)
    for subnet, words in ((True, "1 subnet"), (False, "1 VPC prefix")):
        held = c.hold(uuid, subnet=subnet)
        refusal = c.refused(Invalid, c.setting(uuid, 25))
        assert words in refusal.message
        assert "n (10.20.0.0/26)" in refusal.hint
        error = c.refused(Invalid, DeleteNicoAllocation(actor=ADMIN, allocation=uuid))
        assert error.data["rule"] == "in_use"
        c.set(uuid, 24)
        c.let_go(held)
    c.set(uuid, 25)
    c.delete(uuid)
    assert c.allocation(uuid) is None


def test_n42_others_do_not_hold_what_is_mine(c: Cloud) -> None:
    mine, other = c.give(B16, 24), c.give(B16, 24, T2)
    c.hold(other, subnet=True)
    c.set(mine, 25)
    assert (c.cidr(mine), c.cidr(other)) == ("10.20.0.0/25", "10.20.1.0/24")


def test_n43_long_addresses_are_carved_alike(c: Cloud) -> None:
    assert c.free(V6) == ["2001:db8::/32"]
    assert each(c, V6, (48, 48, 64)) == ["2001:db8::/48", "2001:db8:1::/48", "2001:db8:2::/64"]


def test_n44_single_addresses_are_networks(c: Cloud) -> None:
    assert each(c, B30, (32,) * 4) == [f"10.9.9.{n}/32" for n in range(4)]
    assert c.refused(Conflict, giving(B30, 32)).data["rule"] == "space"


def test_n45_a_length_fits_the_addresses(c: Cloud) -> None:
    for block, length in ((B16, 33), (V6, 129), (B16, 280), (B16, 0)):
        assert fields(c.refused(Invalid, giving(block, length))) == {"constraintValue"}
    uuid = c.give(B16, 24)
    assert fields(c.refused(Invalid, c.setting(uuid, 33))) == {"constraintValue"}


def test_n46_networks_may_be_of_any_kind(c: Cloud) -> None:
    uuid = c.give(B16, 24, mode=Mode.ON_DEMAND)
    assert c.constraint(uuid).mode == Mode.ON_DEMAND


def test_n49_what_was_carved_has_the_name_of_its_allocation(c: Cloud) -> None:
    uuid = c.give(B16, 24, description="old")
    c.do(ModifyNicoAllocation(actor=ADMIN, allocation=uuid, name="new name", description="new"))
    assert (c.derived(uuid).name, c.derived(uuid).description) == ("new name", "old")


def test_n50_blocks_are_of_the_site_and_roots(c: Cloud) -> None:
    assert c.refused(Invalid, giving(BS2, 24, site=S1)).data["rule"] == "foreign"
    uuid = c.give(B16, 24)
    assert c.refused(Invalid, giving(c.derived(uuid).uuid, 26)).data["rule"] == "kind"


def test_what_can_become_no_more_is_found(c: Cloud) -> None:
    def full() -> list[str]:
        keys = [key for (key,) in c.see(lambda tx: tx.all(*constraint_keys_sql(Query("full"), 0)))]
        rows = c.see(constraint_rows, keys)
        return [rows[key].allocation_name for key in keys]

    half, other = c.give(B24, 25, name="half"), c.give(B24, 25, name="other")
    assert full() == ["half", "other"]
    c.delete(other)
    assert full() == []  # the other half of what is above is free
    quarter = c.give(B24, 26, name="quarter")
    assert full() == ["half"]
    c.hold(quarter, 28, subnet=True)
    assert full() == ["half", "quarter"]
    c.delete(half)
    assert full() == ["quarter"]
