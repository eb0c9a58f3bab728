"""Placement's dialect as a client (spec placement)."""

from backend.placement.client.calls import Call, Now, call
from backend.placement.client.client import PlacementClient
from backend.placement.client.faults import failure
from backend.placement.client.replies import ConsumerTold, HeldTold, ProviderTold
from backend.placement.client.versions import negotiate

__all__ = [
    "Call",
    "ConsumerTold",
    "HeldTold",
    "Now",
    "PlacementClient",
    "ProviderTold",
    "call",
    "failure",
    "negotiate",
]
