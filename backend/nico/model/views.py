"""What the NICo room shows: rows and details."""

from __future__ import annotations

from dataclasses import dataclass

from backend.nico.model.entities import Block, Instance, Kind, Mode, Prefix


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a constraint may become: from `least` to `most`, both 0 where nothing else may;
    `why` says what stands in the way of less, more, or of any change."""

    least: int
    most: int
    why: str

    @property
    def fixed(self) -> bool:
        """True when it can only stay as it is."""
        return self.most == 0


@dataclass(frozen=True, slots=True)
class ConstraintRow:
    """A constraint with what it is of and for whom (ux-anchors §5).

    `resource_name` is that of the type or of the root block, `cidr` what was carved, `` for
    machines. `used` are the tenant's instances of the type, or its prefixes in the carved block;
    None where it is not known. Of machines, None for addresses: `left` are those that the tenant
    was given, by all its allocations, and does not use, `room` those that nobody was given.
    `bounds` None where they cannot be told.
    """

    key: int
    uuid: str
    allocation: str
    allocation_name: str
    tenant: str
    tenant_org: str
    site: str
    site_name: str
    kind: Kind
    resource: str
    resource_name: str
    resource_cidr: str
    mode: Mode
    mode_told: str
    value: int
    used: int | None
    left: int | None
    room: int | None
    cidr: str
    bounds: Bounds | None
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class NicoRow:
    """An allocation in a list, with its one constraint; `status` as the server says it."""

    key: int
    uuid: str
    constraint: str
    name: str
    status: str
    tenant: str
    tenant_org: str
    site: str
    site_name: str
    kind: Kind
    resource: str
    resource_name: str
    value: int
    used: int | None
    cidr: str
    locked: bool
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a block: whose, `` for free, the allocation that it was given by, and how many
    subnets and VPC prefixes use it, None where that is not known."""

    cidr: str
    tenant_org: str
    allocation_name: str
    held: int | None


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a tenant has of a type: machines by its allocations together, and instances, None where
    that is not known."""

    tenant_org: str
    allocated: int
    instances: int | None


@dataclass(frozen=True, slots=True)
class NicoDetail:
    """All about one allocation and its constraint.

    `history` are (status, message, at), newest first. Of machines: those of the type in all, and
    ready ones, and what each tenant has of it. Of addresses: source and carved block, the pieces
    of the source in order, none where they are not known, what is in use of the carved one.
    `blocks` says what has to go before it can be deleted.
    """

    row: NicoRow
    constraint: ConstraintRow
    description: str
    history: tuple[tuple[str, str, int], ...]
    machines: int
    ready: int
    sharings: tuple[Sharing, ...]
    instances: tuple[Instance, ...]
    source: Block | None
    derived: Block | None
    pieces: tuple[Piece, ...]
    prefixes: tuple[Prefix, ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """An instance type with its figures (§1, allocationStats); `statuses` are those of its
    machines, with how many have each, by name; none where they are not known. `spare` are Ready
    and carry no instance. `used` None where it is not known who uses it. `holder` is the tenant
    that holds most, `` for none, and `holds` how many."""

    key: int
    uuid: str
    name: str
    site: str
    site_name: str
    status: str
    assigned: int
    allocated: int
    used: int | None
    spare: int
    statuses: tuple[tuple[str, int], ...]
    holder: str = ""
    holds: int = 0

    @property
    def ready(self) -> int | None:
        """Machines that are Ready; None where it is not known."""
        return dict(self.statuses).get("Ready", 0) if self.statuses or not self.assigned else None

    @property
    def usable(self) -> int | None:
        """Machines that nobody was given and that would be there, when all who were given some
        took theirs (§2.9, D9); None where it is not known."""
        if self.ready is None or self.used is None:
            return None
        waiting = max(0, self.allocated - self.used)
        return max(0, min(self.room, self.spare - waiting))

    @property
    def room(self) -> int:
        """Machines that nobody was given; below 0 where more were given than there are."""
        return self.assigned - self.allocated


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A root block with how much of it is given away: `taken` parts, free addresses at most
    `2^63-1`, and its largest free piece, `` for none."""

    key: int
    block: Block
    site_name: str
    taken: int
    free: int
    largest: str


@dataclass(frozen=True, slots=True)
class BlockDetail:
    """All about a root block: its parts, given away and free ones, in the order of addresses."""

    row: BlockRow
    description: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A site, tenant, type or block that a form offers."""

    uuid: str
    name: str
    of: str
