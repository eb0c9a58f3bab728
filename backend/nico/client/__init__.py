"""NICo's dialect as a client (spec nico §3)."""

from backend.http import Listed
from backend.nico.client.client import Api, NicoClient, Standing
from backend.nico.client.faults import failure
from backend.nico.client.replies import (
    AccountTold,
    AllocationTold,
    BlockTold,
    ConstraintTold,
    MachineTold,
    OfBlockTold,
    OrgTold,
    PlaceTold,
    SharedTold,
    SiteTold,
    TypeTold,
)

__all__ = [
    "AccountTold",
    "AllocationTold",
    "Api",
    "BlockTold",
    "ConstraintTold",
    "Listed",
    "MachineTold",
    "NicoClient",
    "OfBlockTold",
    "OrgTold",
    "PlaceTold",
    "SharedTold",
    "SiteTold",
    "Standing",
    "TypeTold",
    "failure",
]
