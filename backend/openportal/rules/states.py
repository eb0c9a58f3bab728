"""The state machine of an allocation (spec openportal §2)."""

from __future__ import annotations

from dataclasses import replace

from backend.core.errors import Conflict, Invalid
from backend.openportal.model import Allocation, Operation, State

STATE, NO_BACKEND_ID = "state", "no_backend_id"
"""The rules, in an error's `data`, by which a dialect tells refusals apart."""
SETTLED = (State.OK, State.ERRED)
ONLY_OK = (State.OK,)

SCHEDULED = {
    Operation.CREATE: State.CREATION_SCHEDULED,
    Operation.DELETE: State.DELETION_SCHEDULED,
}
RUNNING = {Operation.CREATE: State.CREATING, Operation.DELETE: State.DELETING}


def scheduled(operation: Operation) -> State:
    """Where an operation begins."""
    return SCHEDULED.get(operation, State.UPDATE_SCHEDULED)


def running(operation: Operation) -> State:
    """Where it is while it is done."""
    return RUNNING.get(operation, State.UPDATING)


def possible(operation: Operation, *, remote: bool) -> tuple[State, ...]:
    """Where it may be; what waits for another portal is no creation that hangs."""
    also = (State.UPDATING,) if remote and operation is Operation.CREATE else ()
    return (scheduled(operation), running(operation), *also)


def require_state(allocation: Allocation, valid: tuple[State, ...]) -> None:
    """Raises Conflict in any other state."""
    if allocation.state not in valid:
        wanted = " or ".join(valid)
        raise Conflict(
            f"allocation {allocation.name} is {allocation.state}, this wants {wanted}",
            hint="wait until it has settled, or mark it as OK or ERRED",
            data={"rule": STATE, "valid": [str(state) for state in valid]},
        )


def require_backend_id(allocation: Allocation) -> None:
    """Raises Invalid for what no resource backend has accepted yet."""
    if not allocation.backend_id:
        raise Invalid(
            f"allocation {allocation.name} has no backend id: no resource backend knows it",
            hint="delete it and make it again",
            data={"rule": NO_BACKEND_ID},
        )


def failed(allocation: Allocation, message: str, traceback: str = "") -> Allocation:
    """The allocation after something went wrong with it."""
    return replace(allocation, state=State.ERRED, error_message=message, error_traceback=traceback)


def well(allocation: Allocation) -> Allocation:
    """The allocation without any trouble."""
    return replace(allocation, state=State.OK, error_message="", error_traceback="")


def edited(allocation: Allocation) -> Allocation:
    """One more edit that another portal is to hear of."""
    if not allocation.remote:
        return allocation
    return replace(allocation, local_version=allocation.local_version + 1)
