"""The memory of unknown tokens is bounded and forgets."""

from __future__ import annotations

import pytest

from backend.server.attempts import Attempts, network


class Clock:
    """Time that tests pass."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_address_waits_until_its_time_is_over() -> None:
    clock = Clock()
    attempts = Attempts(3, 60, 10, clock)
    for _ in range(3):
        assert attempts.wait("192.0.2.1") == 0
        attempts.failed("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 61
    clock.now += 59.5
    assert attempts.wait("192.0.2.1") == 1
    clock.now += 0.5
    assert attempts.wait("192.0.2.1") == 0
    attempts.failed("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 0


def test_memory_is_bounded() -> None:
    attempts = Attempts(1, 60, 100, Clock())
    for n in range(1000):
        attempts.failed(f"198.51.{n // 250}.{n % 250}")
    assert len(attempts._seen) == 100
    assert attempts.wait("198.51.3.249")
    assert not attempts.wait("198.51.0.0")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("peer:ada", "peer:ada"),
        ("", ""),
    ],
)
def test_one_host_of_ipv6_counts_as_one(address: str, counted: str) -> None:
    assert network(address) == counted
