"""A resource backend that answers as a test has it."""

from __future__ import annotations

from backend.openportal.model import Answer, Order
from backend.openportal.work.scheduler import Scheduler
from tests.openportal.portals import Portal


class Scripted:
    """A resource backend that answers as it is told; `asked` has the calls."""

    def __init__(self, *script: Answer | Exception | None) -> None:
        self.script = list(script)
        self.asked: list[str] = []

    def find(self, order: Order) -> Answer | None:
        """The next answer."""
        return self._next(f"find {order.operation}")

    def send(self, order: Order) -> Answer:
        """The next answer, which is one."""
        answer = self._next(f"send {order.operation}")
        assert answer is not None
        return answer

    def _next(self, call: str) -> Answer | None:
        self.asked.append(call)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def scripted(p: Portal, *script: Answer | Exception | None) -> Scripted:
    """Have the portal's scheduler ask this resource backend."""
    resource = Scripted(*script)
    p.scheduler = Scheduler(p.database, resource)
    return resource
