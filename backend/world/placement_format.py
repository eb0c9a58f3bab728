"""The shape of the placement section, in Placement's own JSON at 1.39 (docs/world-files.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from backend.decode import Exact, Instant, Text, Whole
from backend.placement.model.entities import MOST
from backend.placement.rules.stocks import GREATEST_RATIO
from backend.placement.rules.tree import LONGEST_NAME
from backend.world.model import UNKNOWN

Name = Annotated[Text, Field(min_length=1, max_length=255)]
Uuid = Annotated[Text, Field(pattern=r"^[0-9a-fA-F-]{36}$")]
Figure = Annotated[Whole, Field(ge=1, le=MOST)]
Ratio = Annotated[float, Strict(), Field(ge=0, le=GREATEST_RATIO, allow_inf_nan=False)]


class ClassFile(Exact):
    """A resource class that has been mentioned."""

    name: Name


class InventoryFile(Exact):
    """What a provider has of a class."""

    total: Figure
    reserved: Annotated[Whole, Field(ge=0, le=MOST)] = 0
    min_unit: Figure = 1
    max_unit: Figure = MOST
    step_size: Figure = 1
    allocation_ratio: Ratio = 1.0


class DatesFile(Exact):
    """When it came, and when it was changed last."""

    created: Instant | None = None
    updated: Instant | None = None


class ProviderFile(Exact):
    """A provider with what belongs to it."""

    uuid: Uuid
    name: Annotated[Name, Field(max_length=LONGEST_NAME)]
    generation: Annotated[Whole, Field(ge=0)] = 0
    parent_provider_uuid: Uuid | None = None
    inventories: dict[Name, InventoryFile] = Field(default_factory=dict)
    traits: list[Name] = Field(default_factory=list)
    aggregates: list[Uuid] = Field(default_factory=list)
    extra: DatesFile = Field(alias="_bursar", default_factory=DatesFile)


class ShareFile(Exact):
    """What a consumer holds of one provider."""

    resources: dict[Name, Figure] = Field(min_length=1)


class ConsumerFile(Exact):
    """A consumer as `GET /allocations/{uuid}` shows it, without generations of providers."""

    allocations: dict[Uuid, ShareFile] = Field(min_length=1)
    project_id: Name
    user_id: Name
    consumer_generation: Annotated[Whole, Field(ge=1)] = 1
    consumer_type: Annotated[Name, Field(pattern=rf"^([A-Z0-9_]+|{UNKNOWN})$")] = UNKNOWN
    extra: DatesFile = Field(alias="_bursar", default_factory=DatesFile)


class PlacementFile(Exact):
    """Providers, and who holds what of them."""

    resource_classes: list[ClassFile] = Field(default_factory=list)
    traits: list[Name] = Field(default_factory=list)
    resource_providers: list[ProviderFile] = Field(default_factory=list)
    allocations: dict[Uuid, ConsumerFile] = Field(default_factory=dict)
