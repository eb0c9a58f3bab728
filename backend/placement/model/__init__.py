"""Domain types of the placement room; each part is imported when something of it is asked for."""

from typing import TYPE_CHECKING

from backend.core.parts import offered

if TYPE_CHECKING:
    from backend.placement.model.commands import (
        AddInventory,
        Claim,
        CreateProvider,
        CreateResourceClass,
        CreateTrait,
        DeleteAllocations,
        DeleteProvider,
        DeleteResourceClass,
        DeleteTrait,
        DropInventory,
        ModifyProvider,
        RenameResourceClass,
        ReplaceAllocations,
        ReplaceInventories,
        Reshape,
        SetAggregates,
        SetInventory,
        SetTraits,
    )
    from backend.placement.model.entities import (
        ANY_GENERATION,
        KEEP,
        PLACEHOLDER,
        UNTYPED,
        Consumer,
        Inventory,
        Provider,
        ResourceClass,
        Stock,
        spread,
    )
    from backend.placement.model.reads import (
        Held,
        HeldOf,
        Listed,
        Marks,
        Named,
        ProviderFilter,
        Stocked,
        Usage,
    )
    from backend.placement.model.views import (
        ConsumerDetail,
        ConsumerRow,
        InventoryRow,
        ProviderDetail,
        ProviderRow,
        Share,
    )

__getattr__ = offered(__name__, "entities", "views", "commands", "reads")

__all__ = [
    "AddInventory",
    "ANY_GENERATION",
    "Claim",
    "Consumer",
    "ConsumerDetail",
    "ConsumerRow",
    "CreateProvider",
    "CreateResourceClass",
    "CreateTrait",
    "DeleteAllocations",
    "DeleteProvider",
    "DeleteResourceClass",
    "DeleteTrait",
    "DropInventory",
    "Held",
    "HeldOf",
    "Inventory",
    "InventoryRow",
    "KEEP",
    "Listed",
    "Marks",
    "ModifyProvider",
    "Named",
    "PLACEHOLDER",
    "Provider",
    "ProviderDetail",
    "ProviderFilter",
    "ProviderRow",
    "RenameResourceClass",
    "ReplaceAllocations",
    "ReplaceInventories",
    "Reshape",
    "ResourceClass",
    "SetAggregates",
    "SetInventory",
    "SetTraits",
    "Share",
    "spread",
    "Stock",
    "Stocked",
    "UNTYPED",
    "Usage",
]
