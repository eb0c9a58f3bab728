"""What projects, applications, memberships and people can be, in the words of the wire."""

from __future__ import annotations

from enum import StrEnum


class ProjectState(StrEnum):
    """Life of a project; the wire strings."""

    UNINITIALIZED = "uninitialized"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    DELETED = "deleted"


class ApplicationState(StrEnum):
    """Life of an application; the wire strings."""

    PENDING = "pending"
    APPROVED = "approved"
    REPLACED = "replaced"
    DENIED = "denied"
    DISMISSED = "dismissed"
    CANCELLED = "cancelled"


class MembershipState(StrEnum):
    """Life of a membership; the wire strings."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    LEAVE_REQUESTED = "leave_requested"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REMOVED = "removed"


ASSOCIATED = frozenset(
    {
        MembershipState.REQUESTED,
        MembershipState.ACCEPTED,
        MembershipState.LEAVE_REQUESTED,
        MembershipState.SUSPENDED,
    }
)
SEATED = ASSOCIATED - {MembershipState.REQUESTED}
ACTUAL = SEATED - {MembershipState.SUSPENDED}


class UserState(StrEnum):
    """What a person is waiting for, or has become; the words of world files."""

    UNMODERATED = "unmoderated"
    UNVERIFIED = "unverified"
    ACTIVE = "active"
    INACTIVE = "inactive"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class JoinPolicy(StrEnum):
    """How joining and leaving is decided."""

    AUTO = "auto"
    MODERATED = "moderated"
    CLOSED = "closed"


class MembershipAction(StrEnum):
    """What can be done to a membership over the wire."""

    LEAVE = "leave"
    CANCEL = "cancel"
    ACCEPT = "accept"
    REJECT = "reject"
    REMOVE = "remove"
