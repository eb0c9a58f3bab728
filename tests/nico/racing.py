"""Writers that want more than there is."""

from __future__ import annotations

from random import Random

from backend.core.errors import BursarError
from tests.nico.cloud import B16, B22, G100, T1, T2, Cloud, giving, opened
from tests.processes import all_ready

TRIES = 6


def take(c: Cloud, resource: str, value: int, tenant: str, name: str) -> int:
    """1 when a tenant was given something, 0 when there was no room."""
    try:
        c.do(giving(resource, value, tenant, name))
    except BursarError as error:
        if error.data["rule"] not in ("capacity", "space"):
            raise
        return 0
    return 1


def churn(c: Cloud, n: int, steps: int) -> int:
    """Give, resize and take back at random; how often something was tried."""
    chance, mine = Random(n), list[str]()
    for step in range(steps):
        resource = chance.choice([G100, B16, B22])
        value = chance.randint(1, 4) if resource == G100 else chance.randint(22, 27)
        try:
            if mine and chance.random() < 0.3:
                c.delete(mine.pop())
            elif mine and chance.random() < 0.4:
                one = chance.choice(mine)
                c.set(one, max(1, c.value(one) + chance.choice([-1, 1])))
            else:
                mine.append(c.give(resource, value, chance.choice([T1, T2]), f"c{n}-{step}"))
        except BursarError as error:
            if error.data["rule"] not in ("capacity", "space"):
                raise
    return steps


def process(place: str, kind: str, n: int) -> int:
    """Try beside others; how often something was tried or given."""
    with opened(place) as c:
        all_ready()
        if kind == "churn":
            return churn(c, n, 25)
        what = (G100, 1) if kind == "machines" else (B22, 25)
        return sum(take(c, *what, T1, f"{kind}{n}-{k}") for k in range(TRIES))
