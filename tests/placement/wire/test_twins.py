"""OpenStack's server and ours do the same at every step of a random walk."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.placement.wire.cloud import MISSING, Ask, Cloud, claim, fresh

pytestmark = pytest.mark.slow

CLASSES = ("VCPU", "MEMORY_MB", "DISK_GB", "CUSTOM_TWIN")
TRAITS = ("HW_CPU_X86_AVX", "CUSTOM_TWIN", "CUSTOM_NOBODY_MADE_IT")
LENGTH = 150
PROVIDERS = "/resource_providers"
UNORDERED = frozenset({"traits", "aggregates", "resource_providers", "resource_classes"})


def bare(value: Any, mount: str) -> Any:
    """An answer without what may differ: the mount, the order of lists, ids of requests."""
    if isinstance(value, dict):
        kept = {key: bare(one, mount) for key, one in value.items() if key != "request_id"}
        return {k: sorted(v, key=repr) if k in UNORDERED else v for k, v in kept.items()}
    if isinstance(value, list):
        return [bare(one, mount) for one in value]
    return value.removeprefix(mount) if isinstance(value, str) else value


def told(cloud: Cloud, answer: httpx.Response) -> Any:
    """What has to be the same: status, code, headers that programs read, and the answer."""
    headers = [answer.headers.get(name) for name in ("openstack-api-version", "cache-control")]
    headers += ["location" in answer.headers]
    if answer.request.method == "GET":  # of what it has just written the real one may not know
        headers.append("last-modified" in answer.headers)
    if answer.status_code >= 400:
        found = answer.json()["errors"][0]
        return answer.status_code, found["title"], found.get("code"), headers[0]
    body = bare(answer.json(), cloud.http.base_url.path.rstrip("/")) if answer.content else None
    return answer.status_code, body, headers


@dataclass
class Walk:
    """Both servers, and what was made on them."""

    real: Cloud
    ours: Cloud
    rng: random.Random
    providers: list[str] = field(default_factory=list)
    consumers: list[str] = field(default_factory=lambda: [fresh() for _ in range(5)])
    projects: list[str] = field(default_factory=lambda: [fresh() for _ in range(2)])
    aggregates: list[str] = field(default_factory=lambda: [fresh() for _ in range(3)])

    def ask(self, method: str, path: str, body: Any = MISSING, minor: int = 39) -> Any:
        """The same request to both, who answer the same."""
        ask = Ask(method, path, body, version=f"1.{minor}")
        first, second = (told(one, one.together([ask])[0]) for one in (self.real, self.ours))
        assert first == second, (method, path, body, minor)
        return first

    def minor(self) -> int:
        """Mostly the newest microversion."""
        return self.rng.choice((39, 39, self.rng.randrange(40)))

    def provider(self) -> str:
        """One of the providers, which may have gone."""
        return self.rng.choice(self.providers)

    def generation(self, provider: str) -> int:
        """That of a provider, or another."""
        answer = self.real.ask("GET", f"{PROVIDERS}/{provider}")
        right = answer.json()["generation"] if answer.status_code == 200 else 0
        return int(right) if self.rng.random() < 0.85 else int(right) + self.rng.choice((-1, 1))

    def stock(self) -> dict[str, Any]:
        """Figures of an inventory."""
        r = self.rng
        found: dict[str, Any] = {"total": r.randrange(1, 20)}
        more = {
            "reserved": r.randrange(0, 6),
            "allocation_ratio": r.choice((0, 0.29, 0.5, 1, 1.5, 2.0)),
            "min_unit": r.randrange(1, 3),
            "max_unit": r.randrange(2, 9),
            "step_size": r.choice((1, 1, 2)),
        }
        return found | {name: more[name] for name in r.sample(sorted(more), r.randrange(4))}

    def body(self, consumer: str, minor: int) -> Any:
        """A claim, mostly with the right generation; never a first one without anything."""
        r = self.rng
        known = self.real.get(f"/allocations/{consumer}").get("consumer_generation")
        wanted = r.sample(self.living(), min(len(self.living()), r.randrange(1, 3)))
        shares = {
            p: {c: r.randrange(1, 7) for c in r.sample(CLASSES, r.randrange(1, 3))} for p in wanted
        }
        if known and minor >= 28 and r.random() < 0.15:
            shares = {}
        generation = known if r.random() < 0.8 else r.choice((None, 1, 7))
        kind = r.choice(("INSTANCE", "MIGRATION"))
        return claim(
            shares, generation, project=r.choice(self.projects), kind=kind, version=f"1.{minor}"
        )

    def living(self) -> list[str]:
        """Providers that are still there: the real server keeps ghosts of claims on others."""
        found = self.real.get(PROVIDERS)["resource_providers"]
        return [p for p in self.providers if p in {one["uuid"] for one in found}]


def create(w: Walk) -> None:
    """A provider, perhaps below another."""
    uuid = fresh()
    body: dict[str, Any] = {"name": f"n-{uuid}", "uuid": uuid}
    if w.providers and w.rng.random() < 0.5:
        body["parent_provider_uuid"] = w.rng.choice((None, w.provider()))
    if w.ask("POST", PROVIDERS, body, w.minor())[0] < 300:
        w.providers.append(uuid)


def modify(w: Walk) -> None:
    """Another name or parent."""
    body: dict[str, Any] = {"name": f"n-{fresh()}"}
    if w.rng.random() < 0.6:
        body["parent_provider_uuid"] = w.rng.choice((None, w.provider()))
    w.ask("PUT", f"{PROVIDERS}/{w.provider()}", body, w.minor())


def remove(w: Walk) -> None:
    """A provider goes, if it may."""
    w.ask("DELETE", f"{PROVIDERS}/{w.provider()}", minor=w.minor())


def inventories(w: Walk) -> None:
    """All inventories of a provider."""
    p, names = w.provider(), w.rng.sample(CLASSES, w.rng.randrange(0, 4))
    body = {
        "resource_provider_generation": w.generation(p),
        "inventories": {name: w.stock() for name in names},
    }
    w.ask("PUT", f"{PROVIDERS}/{p}/inventories", body, w.minor())


def inventory(w: Walk) -> None:
    """One inventory of a provider."""
    p, name = w.provider(), w.rng.choice(CLASSES)
    path = f"{PROVIDERS}/{p}/inventories"
    if w.rng.random() < 0.5:
        w.ask("POST", path, {"resource_class": name, **w.stock()}, w.minor())
    else:
        body = {"resource_provider_generation": w.generation(p), **w.stock()}
        w.ask("PUT", f"{path}/{name}", body, w.minor())


def put(w: Walk) -> None:
    """A consumer's allocations."""
    consumer, minor = w.rng.choice(w.consumers), w.minor()
    if w.living():
        w.ask("PUT", f"/allocations/{consumer}", w.body(consumer, minor), minor)


def post(w: Walk) -> None:
    """Those of two consumers."""
    minor = max(13, w.minor())
    if w.living():
        body = {c: w.body(c, minor) for c in w.rng.sample(w.consumers, 2)}
        w.ask("POST", "/allocations", body, minor)


def release(w: Walk) -> None:
    """A consumer goes."""
    w.ask("DELETE", f"/allocations/{w.rng.choice(w.consumers)}", minor=w.minor())


def marks(w: Walk) -> None:
    """Traits or aggregates of a provider."""
    p = w.provider()
    if w.rng.random() < 0.5:
        chosen = w.rng.sample(TRAITS, w.rng.randrange(3))
        body: Any = {"resource_provider_generation": w.generation(p), "traits": chosen}
        w.ask("PUT", f"{PROVIDERS}/{p}/traits", body, max(6, w.minor()))
    else:
        minor, chosen = max(1, w.minor()), w.rng.sample(w.aggregates, w.rng.randrange(3))
        body = {"resource_provider_generation": w.generation(p), "aggregates": chosen}
        w.ask("PUT", f"{PROVIDERS}/{p}/aggregates", body if minor >= 19 else chosen, minor)


def look(w: Walk) -> None:
    """Anything that can be read."""
    parts = ("", "/inventories", "/usages", "/allocations", "/traits", "/aggregates")
    paths = [f"{PROVIDERS}/{w.provider()}{part}" for part in parts]
    paths += [f"/allocations/{w.rng.choice(w.consumers)}", f"/usages?project_id={w.projects[0]}"]
    paths += [f"{PROVIDERS}/{w.provider()}/inventories/{w.rng.choice(CLASSES)}"]
    tree = f"{PROVIDERS}?in_tree={w.provider()}"
    paths += [tree, f"{tree}&resources=VCPU:{w.rng.randrange(1, 9)}"]
    paths += [f"{tree}&required={w.rng.choice(TRAITS[:2])}"]
    paths += [f"{tree}&member_of={w.rng.choice(w.aggregates)}"]
    w.ask("GET", w.rng.choice(paths), minor=w.minor())


STEPS: tuple[tuple[Callable[[Walk], None], int], ...] = (
    (create, 1), (modify, 1), (remove, 1), (inventories, 2), (inventory, 2), (put, 6), (post, 3),
    (release, 1), (marks, 2), (look, 6),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_they_stay_twins(real_cloud: Cloud, asgi_cloud: Cloud, seed: int) -> None:
    walk = Walk(real_cloud, asgi_cloud, random.Random(seed))
    for name in ("/resource_classes/CUSTOM_TWIN", "/traits/CUSTOM_TWIN"):
        for cloud in (real_cloud, asgi_cloud):
            assert cloud.ask("PUT", name).status_code in (201, 204)
    for _ in range(4):
        create(walk)
    steps, weights = zip(*STEPS, strict=True)
    for step in walk.rng.choices(steps, weights, k=LENGTH):
        step(walk)
    for consumer in walk.consumers:
        walk.ask("GET", f"/allocations/{consumer}")
    for provider in walk.providers:
        for part in ("", "/inventories", "/usages", "/allocations"):
            walk.ask("GET", f"{PROVIDERS}/{provider}{part}")
