"""What runs where in the demo world: nodes, their parts, and who holds something of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.demo.people import fresh_uuid
from backend.demo.plot import DAY, HOUR, MINUTE, Plot
from backend.demo.scene import Scene
from backend.placement.model import PLACEHOLDER, UNTYPED, Consumer, Provider, Stock
from backend.projects.model import ProjectState
from backend.world.model import ConsumerEntry, ProviderEntry

CPU, RAM, DISK, SLICE = "VCPU", "MEMORY_MB", "DISK_GB", "CUSTOM_A100_SLICE"
CLASSES: Sequence[str] = (CPU, RAM, DISK, "PCPU", "VGPU", SLICE)
TRAITS: Sequence[str] = (
    "HW_CPU_X86_AVX2", "HW_CPU_X86_AVX512F", "MISC_SHARES_VIA_AGGREGATE", "CUSTOM_NVLINK",
)  # fmt: skip
NODES, SERVERS = 24, 400
HALVED, WITH_GPU = 8, 20
"""Nodes up to the first show their NUMA halves, those above the second have a GPU."""
GIB = 1024
FLAVOURS = ((1, 2), (1, 4), (2, 4), (2, 8), (4, 8), (4, 16), (8, 32), (16, 64))
OVERFULL = 3

# Every so many servers one of nobody, of no type, of a project that ended, of one not from here.
NOBODYS, UNTYPED_ONES, ENDED, FOREIGN, MOVING = 41, 29, 37, 23, 31


@dataclass(slots=True)
class Node:
    """A provider to be, with what is used of it."""

    entry: ProviderEntry
    used: Counter[str] = field(default_factory=Counter)

    @property
    def uuid(self) -> str:
        """Of the provider."""
        return self.entry.provider.uuid

    def has(self, amounts: Mapping[str, int]) -> bool:
        """True when so much more can be had."""
        stocks = self.entry.inventories
        return all(self.used[name] + n <= stocks[name].capacity for name, n in amounts.items())


@dataclass(slots=True)
class Cloud:
    """The nodes of a block with the shared storage, and what they hold."""

    rng: random.Random
    now: int
    nodes: list[Node] = field(default_factory=list)
    gpus: dict[str, Node] = field(default_factory=dict)
    parts: list[Node] = field(default_factory=list)
    consumers: list[ConsumerEntry] = field(default_factory=list)

    def provider(self, name: str, stocks: Mapping[str, Stock], above: Provider | None = None,
                 traits: Sequence[str] = (), groups: Sequence[str] = ()) -> Node:  # fmt: skip
        """A provider below another, or a root."""
        uuid = fresh_uuid(self.rng)
        parent, root = (above.uuid, above.root) if above else ("", uuid)
        one = Provider(uuid, name, self.rng.randrange(20, 400), parent, root)
        made = self.now - self.rng.randrange(900, 1200) * DAY
        told = (stocks, tuple(sorted(traits)), tuple(groups), made, self.now - HOUR)
        return Node(ProviderEntry(one, *told))

    def holds(self, shares: Sequence[tuple[Node, Mapping[str, int]]], project: str, user: str,
              kind: str) -> None:  # fmt: skip
        """Somebody holds this."""
        for node, amounts in shares:
            node.used.update(amounts)
        longest = 600 if kind == "MIGRATION" else 900 * 1440
        came = self.now - self.rng.randrange(5, longest) * MINUTE
        held = {node.uuid: dict(amounts) for node, amounts in shares}
        one = Consumer(fresh_uuid(self.rng), project, user, kind, self.rng.randrange(1, 6), held)
        self.consumers.append(ConsumerEntry(one, came, came))

    def providers(self) -> Iterator[ProviderEntry]:
        """All of them, each node before its parts."""
        return (node.entry for node in (*self.nodes, *self.parts))


def cloud(scene: Scene, number: int, seed: int) -> Cloud:
    """What one block of the world runs on; its projects and people own most of it."""
    rng = random.Random(f"{seed}:{number}:cloud")  # noqa: S311
    found = Cloud(rng, scene.now)
    mark = str(number) if number else ""
    storage = _hardware(found, mark)
    _servers(found, scene, storage)
    _overfill(found)
    return found


def _hardware(found: Cloud, mark: str) -> Node:
    group = fresh_uuid(found.rng)
    storage = found.provider(
        f"ceph{mark}-ssd", {DISK: Stock(400_000, 8_000)}, traits=TRAITS[2:3], groups=[group]
    )
    for n in range(1, NODES + 1):
        ram = Stock(512 * GIB, 8 * GIB, max_unit=512 * GIB)
        stocks = {CPU: Stock(64, max_unit=64, allocation_ratio=4.0), RAM: ram}
        traits = TRAITS[: 1 + n % 2]
        node = found.provider(f"cn{mark}-{n:02}", stocks, traits=traits, groups=[group])
        found.nodes.append(node)
        _parts(found, node, n)
    found.parts.append(storage)
    return storage


def _parts(found: Cloud, node: Node, n: int) -> None:
    one = node.entry.provider
    if n <= HALVED:
        for half in (0, 1):
            found.parts.append(
                found.provider(f"{one.name}_numa{half}", {"PCPU": Stock(16, max_unit=16)}, one)
            )
    elif n > WITH_GPU:
        stocks = {"VGPU": Stock(16, max_unit=4), SLICE: Stock(7, max_unit=7)}
        gpu = found.provider(f"{one.name}_pgpu0", stocks, one, TRAITS[3:])
        found.gpus[node.uuid] = gpu
        found.parts.append(gpu)


def _servers(found: Cloud, scene: Scene, storage: Node) -> None:
    rng = found.rng
    alive = _owners(scene.plots, ProjectState.ACTIVE)
    ended = _owners(scene.plots, ProjectState.TERMINATED)
    for n in range(1, SERVERS + 1):
        cores, ram = rng.choice(FLAVOURS)
        amounts = {CPU: cores, RAM: ram * GIB}
        project, user = rng.choice(ended if n % ENDED == 0 and ended else alive)
        if n % NOBODYS == 0:
            project = user = PLACEHOLDER
        elif n % FOREIGN == 0:
            project, user = fresh_uuid(rng), fresh_uuid(rng)
        nodes = [node for node in found.nodes if node.has(amounts)]
        if not nodes:
            return
        node = rng.choice(nodes)
        shares = [(node, amounts), (storage, {DISK: 10 * cores + 10}), *_gpu(found, node, n)]
        kind = UNTYPED if n % UNTYPED_ONES == 0 else "INSTANCE"
        found.holds(shares, project, user, kind)
        if n % MOVING == 0 and len(nodes) > 1:
            left = rng.choice([one for one in nodes if one is not node])
            found.holds([(left, amounts)], project, user, "MIGRATION")


def _owners(plots: Sequence[Plot], state: ProjectState) -> list[tuple[str, str]]:
    """Members of projects in this state, as (project, user)."""
    chosen = (plot for plot in plots if plot.project.state is state and not plot.project.is_base)
    return [(plot.uuid, seat.user) for plot in chosen for seat in plot.seats if seat.initialized]


def _gpu(found: Cloud, node: Node, n: int) -> list[tuple[Node, Mapping[str, int]]]:
    gpu = found.gpus.get(node.uuid)
    amounts = {SLICE: 1 + n % 2} if n % 3 else {"VGPU": 1}
    return [(gpu, amounts)] if gpu and gpu.has(amounts) else []


def _overfill(found: Cloud) -> None:
    """Some nodes had more once: their ratio was lowered, memory was reserved."""
    fullest = sorted(found.nodes, key=lambda node: -node.used[CPU])[:OVERFULL]
    for n, node in enumerate(fullest):
        stocks = dict(node.entry.inventories)
        if n:
            stocks[CPU] = replace(stocks[CPU], allocation_ratio=1.0)
        else:
            free = stocks[RAM].total - node.used[RAM]
            stocks[RAM] = replace(stocks[RAM], reserved=free + 16 * GIB)
        node.entry = replace(node.entry, inventories=stocks)
