"""Domain types of the quotas room; each part is imported when something of it is asked for."""

from typing import TYPE_CHECKING

from backend.core.parts import offered

if TYPE_CHECKING:
    from backend.quotas.model.amounts import BYTES, UNLIMITED
    from backend.quotas.model.commands import (
        AcceptCommission,
        IssueCommission,
        ModifyResource,
        RejectCommission,
    )
    from backend.quotas.model.entities import (
        Charge,
        DeleteHoldings,
        Holding,
        HoldingKey,
        Limit,
        LimitChange,
        Provision,
        Resource,
        SetLimits,
    )
    from backend.quotas.model.views import (
        CommissionDetail,
        CommissionRow,
        Explanation,
        FeedEvent,
        History,
        Mismatch,
        ProvisionRow,
        QuotaRow,
        QuotaState,
        Rates,
        ResourceDetail,
        ResourceRow,
    )

__getattr__ = offered(__name__, "amounts", "entities", "views", "commands")

__all__ = [
    "AcceptCommission",
    "BYTES",
    "Charge",
    "CommissionDetail",
    "CommissionRow",
    "DeleteHoldings",
    "Explanation",
    "FeedEvent",
    "History",
    "Holding",
    "HoldingKey",
    "IssueCommission",
    "Limit",
    "LimitChange",
    "Mismatch",
    "ModifyResource",
    "Provision",
    "ProvisionRow",
    "QuotaRow",
    "QuotaState",
    "Rates",
    "RejectCommission",
    "Resource",
    "ResourceDetail",
    "ResourceRow",
    "SetLimits",
    "UNLIMITED",
]
