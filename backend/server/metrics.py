"""What a server counts, as Prometheus reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Requests by route, method and status, and how long they took; on one thread only."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.streams = 0
        self._requests: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._buckets: dict[str, list[int]] = {}
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request; `route` is a template, so that there are few."""
        self._requests[route, method, status] += 1
        buckets = self._buckets.setdefault(route, [0] * (len(BUCKETS) + 1))
        buckets[bisect_left(BUCKETS, seconds)] += 1
        self._seconds[route] += seconds

    def text(self, gauges: Sequence[tuple[str, str, float]]) -> str:
        """Everything, with gauges as (name, help, value)."""
        own = (
            ("bursar_http_in_flight", "Requests being answered.", self.in_flight),
            ("bursar_sse_clients", "Streams of events that are open.", self.streams),
        )
        lines = [*self._counts(), *self._histogram()]
        for name, help, value in (*own, *gauges):
            lines += [f"# HELP {name} {help}", f"# TYPE {name} gauge", f"{name} {value:g}"]
        return "\n".join(lines) + "\n"

    def _counts(self) -> Iterator[str]:
        name = "bursar_http_requests_total"
        yield f"# HELP {name} Requests answered."
        yield f"# TYPE {name} counter"
        for (route, method, status), count in sorted(self._requests.items()):
            told = f'route="{_escaped(route)}",method="{_escaped(method)}",status="{status}"'
            yield f"{name}{{{told}}} {count}"

    def _histogram(self) -> Iterator[str]:
        name = "bursar_http_request_seconds"
        yield f"# HELP {name} Time until a request was answered."
        yield f"# TYPE {name} histogram"
        for route, buckets in sorted(self._buckets.items()):
            told, total = f'route="{_escaped(route)}"', 0
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), buckets, strict=True):
                total += count
                yield f'{name}_bucket{{{told},le="{bound}"}} {total}'
            yield f"{name}_sum{{{told}}} {self._seconds[route]:.6f}"
            yield f"{name}_count{{{told}}} {total}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
