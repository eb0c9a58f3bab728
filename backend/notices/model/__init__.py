"""What a notice is, where notices go, and what became of one; each part is imported when
something of it is asked for."""

from typing import TYPE_CHECKING

from backend.core.parts import offered

if TYPE_CHECKING:
    from backend.notices.model.deliveries import Delivery, Fate, Recipient, Role
    from backend.notices.model.notices import Happening, Notice, State, Subject
    from backend.notices.model.sinks import KINDS, SECONDS, Sink, Terms

__getattr__ = offered(__name__, "sinks", "deliveries", "notices")

__all__ = [
    "Delivery",
    "Fate",
    "Happening",
    "KINDS",
    "Notice",
    "Recipient",
    "Role",
    "SECONDS",
    "Sink",
    "State",
    "Subject",
    "Terms",
]
