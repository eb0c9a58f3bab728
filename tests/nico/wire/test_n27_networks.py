"""Networks that tenants are given (scenarios 27 to 50)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nico.wire.nico import Cast, Json, constraint, fresh, refused


def carved(cast: Cast, block: str, *lengths: int) -> list[Json]:
    """Allocations of these lengths, in order."""
    return [cast.made(block, length) for length in lengths]


def cidrs(cast: Cast, rows: list[Json]) -> list[str]:
    """The networks of allocations."""
    return [cast.cidr(row) for row in rows]


def test_n27_a_network_is_carved(cast: Cast) -> None:
    row = cast.made("B16", 24)
    derived, source = cast.derived(row), constraint(row)["ipBlock"]
    assert (derived["prefix"], derived["prefixLength"]) == ("10.20.0.0", 24)
    assert (derived["tenantId"], derived["name"]) == (cast["T1"], row["name"])
    assert derived["routingType"] == "DatacenterOnly"
    assert (source["prefix"], source["prefixLength"]) == ("10.20.0.0", 16)
    assert "instanceType" not in constraint(row)


def test_n28_the_smallest_piece_is_taken(cast: Cast) -> None:
    rows = carved(cast, "B16", 24, 20, 24, 25, 26, 28, 23)
    wanted = "10.20.0.0/24 10.20.16.0/20 10.20.1.0/24 10.20.2.0/25 10.20.2.128/26 10.20.2.192/28"
    assert cidrs(cast, rows) == [*wanted.split(), "10.20.4.0/23"]
    usage = cast.usage("B16")
    assert (usage["acquiredPrefixes"], usage["availableSmallestPrefixes"]) == (7, 15052)
    free = "10.20.2.208/28 10.20.2.224/27 10.20.3.0/24 10.20.6.0/23 10.20.8.0/21 10.20.32.0/19"
    assert usage["availablePrefixes"] == [*free.split(), "10.20.64.0/18", "10.20.128.0/17"]


def test_n29_usage_of_a_block(cast: Cast) -> None:
    cast.made("B16", 24)
    usage = cast.usage("B16")
    del usage["availablePrefixes"]
    told = {"availableIPs": 65536, "acquiredIPs": 2, "acquiredPrefixes": 1}
    assert usage == {**told, "availableSmallestPrefixes": 16320}


@pytest.mark.parametrize(
    ("cidr", "addresses"), [("128.0.0.0/1", 2**31), ("fd00::/97", 2**31), ("fd01::/96", 2**31 - 1)]
)
def test_n29_how_many_addresses_are_told(cast: Cast, cidr: str, addresses: int) -> None:
    made = cast.ask("pa", "POST", "/ipblock", root(cast, cidr, "Public", "S2")).json()
    cast.ids["NEW"] = made["id"]
    assert cast.usage("NEW")["availableIPs"] == addresses


def test_n30_what_is_free(cast: Cast) -> None:
    cast.made("B24", 27)
    usage = cast.usage("B24")
    free = ["192.168.20.32/27", "192.168.20.64/26", "192.168.20.128/25"]
    assert (usage["availablePrefixes"], usage["availableSmallestPrefixes"]) == (free, 56)


def test_n31_a_block_has_an_end(cast: Cast) -> None:
    rows = carved(cast, "B22", 24, 24, 24, 24)
    assert cidrs(cast, rows) == [f"192.168.{n}.0/24" for n in range(4)]
    refused(cast.give("B22", 24), 409)


def test_n32_networks_are_aligned(cast: Cast) -> None:
    rows = carved(cast, "B22", 24, 24, 24, 24)
    cast.delete(rows[1])
    cast.delete(rows[3])
    refused(cast.give("B22", 23), 409)
    assert cast.cidr(cast.made("B22", 24)) == "192.168.1.0/24"


@pytest.mark.parametrize(
    ("length", "cidr"),
    [(25, "192.168.2.128/25"), (26, "192.168.2.128/26"), (24, "192.168.1.0/24")],
)
def test_n33_the_best_fit(cast: Cast, length: int, cidr: str) -> None:
    rows = carved(cast, "B22", 24, 24, 25)
    cast.delete(rows[1])
    assert cast.cidr(cast.made("B22", length)) == cidr


def test_n34_a_block_is_given_whole(cast: Cast) -> None:
    row = cast.made("B22", 22)
    assert cast.cidr(row) == "192.168.0.0/22"
    told: dict[str, Any] = {"availableIPs": 0, "acquiredIPs": 0, "availablePrefixes": None}
    told |= {"availableSmallestPrefixes": 0, "acquiredPrefixes": 1}
    assert cast.usage("B22") == told
    refused(cast.give("B22", 24), 409)
    assert cast.delete(row).status_code == 202
    assert cast.usage("B22")["availablePrefixes"] == ["192.168.0.0/22"]


def test_n35_not_when_a_part_is_given(cast: Cast) -> None:
    cast.made("B22", 24)
    refused(cast.give("B22", 22), 409)


def test_n36_a_part_is_no_larger_than_the_whole(cast: Cast) -> None:
    refused(cast.give("B22", 16), 409)
    row = cast.made("B22", 24)
    refused(cast.set(row, 16), 400)
    assert cast.set(row, 22).status_code == 200
    assert cast.usage("B22")["availablePrefixes"] is None
    assert cast.set(row, 24).status_code == 200
    assert cast.cidr(row) == "192.168.0.0/24"


def test_n37_what_fails_leaves_all_as_it_was(cast: Cast) -> None:
    first, _ = carved(cast, "B22", 24, 24)
    refused(cast.set(first, 22), 400)
    assert cast.cidr(first) == "192.168.0.0/24"


def test_n38_a_network_grows_and_shrinks(cast: Cast) -> None:
    row = cast.made("B16", 24)
    derived = constraint(row)["derivedResourceId"]
    for length in (23, 25):
        told = cast.set(row, length).json()
        assert (told["constraintValue"], told["derivedResourceId"]) == (length, derived)
        assert told["ipBlock"]["prefixLength"] == 16
        assert cast.cidr(row) == f"10.20.0.0/{length}"


def test_n39_a_network_may_move(cast: Cast) -> None:
    first, _ = carved(cast, "B16", 24, 24)
    assert cast.set(first, 23).status_code == 200
    assert cast.cidr(first) == "10.20.2.0/23"
    assert cast.cidr(cast.made("B16", 24)) == "10.20.0.0/24"


def test_n40_a_full_block_lets_shrink_only(cast: Cast) -> None:
    first, *_ = carved(cast, "B22", 24, 24, 24, 24)
    refused(cast.set(first, 23), 400)
    assert cast.cidr(first) == "192.168.0.0/24"
    assert cast.set(first, 25).status_code == 200
    assert cast.cidr(first) == "192.168.0.0/25"


@pytest.mark.parametrize("subnet", [True, False])
def test_n41_a_network_in_use_stays(cast: Cast, subnet: bool) -> None:
    row = cast.made("B16", 24)
    held = cast.hold(row, subnet=subnet)
    refused(cast.set(row, 23), 400)
    refused(cast.delete(row), 400)
    assert cast.set(row, 24).status_code == 200
    cast.let_go(held)
    assert cast.set(row, 23).status_code == 200
    assert cast.delete(row).status_code == 202


def test_n42_others_subnets_do_not_matter(cast: Cast) -> None:
    row, other = cast.made("B16", 24), cast.made("B16", 24, "T2")
    cast.hold(other, subnet=True)
    assert cast.set(row, 25).status_code == 200
    assert cast.delete(row).status_code == 202


def test_n43_long_addresses(cast: Cast) -> None:
    assert cast.usage("V6")["availableSmallestPrefixes"] == 2147483647
    rows = carved(cast, "V6", 48, 48, 64)
    assert cidrs(cast, rows) == ["2001:db8::/48", "2001:db8:1::/48", "2001:db8:2::/64"]
    assert cast.derived(rows[0])["protocolVersion"] == "IPv6"


def test_n44_single_addresses(cast: Cast) -> None:
    rows = carved(cast, "B30", 32, 32, 32, 32)
    assert cidrs(cast, rows) == [f"10.9.9.{n}/32" for n in range(4)]
    refused(cast.give("B30", 32), 409)


def test_n44_small_pieces_are_not_told(cast: Cast) -> None:
    cast.made("B30", 31)
    usage = cast.usage("B30")
    assert (usage["availablePrefixes"], usage["availableSmallestPrefixes"]) == ([], 0)
    assert cast.cidr(cast.made("B30", 31)) == "10.9.9.2/31"


@pytest.mark.parametrize(("block", "length"), [("B16", 33), ("V6", 129), ("B16", 280)])
def test_n45_lengths_have_an_end(cast: Cast, block: str, length: int) -> None:
    refused(cast.give(block, length), 400, "constraintValue")


@pytest.mark.parametrize("mode", ["OnDemand", "Preemptible"])
def test_n46_networks_are_given_in_any_mode(cast: Cast, mode: str) -> None:
    row = cast.made("B16", 24, constraintType=mode)
    found = cast.get("pa", f"/allocation/{row['id']}")
    assert constraint(found)["constraintType"] == mode


def root(cast: Cast, cidr: str, routing: str, site: str = "S1", **more: Any) -> Json:
    """What is sent for a new root."""
    prefix, _, length = cidr.partition("/")
    body = {"name": f"root {fresh()}", "siteId": cast[site], "routingType": routing}
    return {**body, "prefix": prefix, "prefixLength": int(length), **more}


def test_n47_roots_do_not_overlap(cast: Cast) -> None:
    inside, path = "192.168.20.0/25", "/ipblock"
    refused(cast.ask("pa", "POST", path, root(cast, inside, "DatacenterOnly")), 409)
    for routing, site in (("Public", "S1"), ("DatacenterOnly", "S2")):
        answer = cast.ask("pa", "POST", path, root(cast, inside, routing, site))
        assert answer.status_code == 201, answer.text
        assert (answer.json()["prefixLength"], answer.json()["tenantId"]) == (25, None)
    answer = cast.ask("pa", "POST", path, root(cast, "10.20.0.5/16", "Public"))
    assert answer.status_code == 400
    answer = cast.ask("pa", "POST", path, root(cast, "10.77.0.0/24", "Public", name="B16"))
    assert refused(answer, 409, "id")["id"] == cast["B16"]


def test_n48_blocks_in_use_stay(cast: Cast) -> None:
    row = cast.made("B16", 24)
    derived = f"/ipblock/{constraint(row)['derivedResourceId']}"
    refused(cast.ask("pa", "DELETE", f"/ipblock/{cast['B16']}"), 400)
    refused(cast.ask("pa", "DELETE", derived), 400)
    cast.delete(row)
    refused(cast.ask("pa", "GET", derived), 404)
    assert cast.ask("pa", "DELETE", f"/ipblock/{cast['B16']}").status_code == 202
    refused(cast.ask("pa", "GET", f"/ipblock/{cast['B16']}"), 404)


def test_n49_a_network_has_the_allocation_s_name(cast: Cast) -> None:
    row = cast.made("B16", 24, description="first")
    body = {"name": "renamed", "description": "second"}
    assert cast.ask("pa", "PATCH", f"/allocation/{row['id']}", body).status_code == 200
    derived = cast.derived(row)
    assert (derived["name"], derived["description"]) == ("renamed", "first")


def test_n50_networks_are_carved_of_the_site_s_roots(cast: Cast) -> None:
    refused(cast.give("BS2", 24), 400)
    row = cast.made("B16", 24)
    refused(cast.give("B16", 26, resourceTypeId=constraint(row)["derivedResourceId"]), 400)
