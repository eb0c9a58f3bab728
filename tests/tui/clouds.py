"""A NICo for tests to play on: machines that tenants share, networks with and without subnets."""

from __future__ import annotations

from tests.nico.cloud import B16, B22, C50, G100, T2, Cloud, furnish
from tests.tui.stage import Stage

TRAIN, SHARED, NET, WIDE_NET, OTHER = "acme-train", "acme-shared", "acme-net", "t2-net", "t2-eval"
"""Four of ten machines, three of them used; two more; a network in use, one that is not; four
more machines."""


def clouded(stage: Stage) -> Cloud:
    """Give two tenants machines and networks; what they use, too."""
    found = Cloud(stage.world.database)
    found.database.write(furnish)
    found.give(G100, 4, name=TRAIN, description="training, until March")
    found.give(C50, 2, name=SHARED)
    net = found.give(B16, 24, name=NET)
    found.give(B22, 24, T2, name=WIDE_NET)
    found.give(G100, 4, T2, name=OTHER)
    found.use(G100, 3)
    found.hold(net, subnet=True)
    found.hold(net, subnet=False)
    return found
