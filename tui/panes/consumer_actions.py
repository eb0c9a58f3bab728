"""What can be done with a consumer of Placement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual import work

from backend.core.errors import BursarError, Invalid
from backend.core.listing import FieldSpec, Query
from backend.placement.model import (
    PLACEHOLDER,
    Claim,
    ConsumerDetail,
    ConsumerRow,
    InventoryRow,
    ProviderDetail,
    ProviderRow,
    ReplaceAllocations,
    Share,
)
from tui.actions import Action, editing
from tui.format import ages
from tui.format.lines import Look
from tui.format.names import brief_person, identifier
from tui.format.stock import amounts, taken
from tui.messages import WARN
from tui.panes.pane import Pane
from tui.panes.related import quoted

if TYPE_CHECKING:
    from tui.forms.form import Form
    from tui.wishes import ConsumerWish, Wish

OFFERED = 40
"""Providers that are offered before anything is typed."""
GIVES = {
    **dict.fromkeys(("alloc.unlink", "alloc.delete"), ("ReplaceAllocations",)),
    **editing("ReplaceAllocations"),
}
"""The commands that actions give for a consumer."""
SERVER = "INSTANCE"
"""The type of consumers whose uuid is that of a server."""
CUSTOM = "CUSTOM_"
"""How the names of classes begin that are not standard ones."""
PORTAL_ONLY = ("alloc.limit", "alloc.pull", "alloc.name", "alloc.ok", "alloc.erred")
UNREAD = "the server has not said yet whose it is"


class Wishing(Pane, inherit_bindings=False):
    """A screen whose changes are wishes: others may change the same meanwhile."""

    @work(group="change", exclusive=True)
    async def wish(self, asked: Callable[[], Awaitable[Wish | None]]) -> None:
        """Ask what is wanted, preview it, carry it out. None is nothing."""
        from tui.dialogs.conflict import pursue

        try:
            wanted = await asked()
            if wanted is None or not self.is_here():
                return
            outcome = await pursue(self.app, self.session, wanted, preview=self.previewed)
        except BursarError as error:
            self.session.told(error)
            return
        if outcome.receipt is not None:
            await self._done(outcome.receipt)


class ConsumerActions(Wishing, inherit_bindings=False):
    """Edit, move, take from and remove the consumer of `consumer_row`."""

    def consumer_row(self) -> ConsumerRow | None:
        """The consumer, None when there is none."""
        raise NotImplementedError

    def consumer_refusal(self, action: Action, row: ConsumerRow) -> str:
        """Why an action is off for a consumer, `` when it is not: it has to be known."""
        if action.id == "alloc.limit":
            edit = self.session.key("row.edit")
            return f"{edit} edits amounts; limits are of OpenPortal and NICo"
        if action.id in PORTAL_ONLY:
            return "only allocations of OpenPortal have that"
        if action.id == "alloc.delete" and self.marks():
            return ""
        if action.id == "alloc.unlink" and row.providers == 1:
            return f"it holds of one provider only; {self.session.key('alloc.delete')} removes"
        return "" if row.known else UNREAD

    async def consumer_found(self) -> ConsumerDetail | None:
        """What it holds, by provider. Raises BursarError."""
        row = self.consumer_row()
        if row is None:
            return None
        return await self.waiting(self.session.backend.placement.consumer(row.key))

    # Amounts

    async def consumer_form(self) -> Form | None:
        """What changes its amounts. Raises BursarError."""
        from tui.forms.placement import PlacementForms

        if (found := await self.consumer_found()) is None:
            return None
        session = self.session
        delete = session.key("alloc.delete")
        forms = PlacementForms(session.backend, session.look(), delete)
        return forms.amounts(found, await self.waiting(self._providers(found)))

    async def _providers(self, found: ConsumerDetail) -> Sequence[ProviderDetail]:
        placement = self.session.backend.placement
        keys = [(await placement.provider_named(one.provider.uuid)).key for one in found.shares]
        return [await placement.provider(key) for key in keys]

    # One provider's share

    def take_share(self) -> None:
        """Take away what one provider gives."""
        self.wish(self._unlinking)

    async def _unlinking(self) -> Wish | None:
        from tui.wishes import without

        if (found := await self.consumer_found()) is None:
            return None
        share = await self._share(found, "Take away the share of")
        if share is None:
            return None
        uuid = share.provider.uuid
        return self._wish(found, lambda base: without(base, uuid))

    def action_alloc_move(self) -> None:
        """Ask of another provider what one gives."""
        self.wish(self._moving)

    async def _moving(self) -> Wish | None:
        from tui.wishes import moved

        if (found := await self.consumer_found()) is None:
            return None
        share = await self._share(found, "Move the share of")
        to = await self._provider(share) if share is not None else None
        if share is None or to is None:
            return None
        uuid, there = share.provider.uuid, to.provider.uuid
        names = {there: to.name, uuid: share.provider.name}
        return self._wish(found, lambda base: moved(base, uuid, there), names)

    def _wish(
        self,
        found: ConsumerDetail,
        make: Callable[[ConsumerDetail], Claim],
        names: dict[str, str] | None = None,
    ) -> ConsumerWish:
        from tui.wishes import ConsumerWish

        return ConsumerWish(self.session.backend, found, make, names or {})

    async def _share(self, found: ConsumerDetail, title: str) -> Share | None:
        """The one there is, or the one that is chosen."""
        from tui.widgets.choice import Choice

        if len(found.shares) == 1:
            return found.shares[0]
        look = self.session.look()
        offered = [(one.provider.uuid, f"{one.provider.name}   {amounts(_held(one), look)}")
                   for one in found.shares]  # fmt: skip
        chosen = await self.chosen(Choice(title, offered))
        return next((one for one in found.shares if one.provider.uuid == chosen), None)

    async def _provider(self, share: Share) -> ProviderRow | None:
        """Another provider that has room for all of it, found by typing."""
        from tui.widgets.menu import Item, Menu

        listing, known = self.session.backend.placement.providers, dict[str, ProviderRow]()
        room = with_room(share, listing.fields)

        async def search(text: str) -> Sequence[Item]:
            asked = f"{room} {quoted(text)}" if text else room
            rows = await listing.page(Query(asked), OFFERED)
            here = {share.provider.uuid, *known}
            new = [row for row in rows if row.provider.uuid not in here]
            known.update((row.provider.uuid, row) for row in new)
            stocks = await self.session.backend.placement.stocks([row.key for row in new])
            return [
                Item(row.provider.uuid, row.name, note=room_of(row, stocks, share, look))
                for row in new
            ]

        look = self.session.look()
        offered, wanted = await self.waiting(search("")), amounts(_held(share), look)
        if not offered:
            self.session.tell(f"no other provider has {wanted} left", WARN)
            return None
        title = f"Move {wanted} from {share.provider.name} to one with room"
        menu = Menu(title, offered, self.session.settings.glyphs, search)
        chosen = await self.chosen(menu)
        return None if chosen is None else known.get(chosen.id)

    # All of it

    def take_all(self) -> None:
        """Remove it."""
        self.wish(self._removing)

    async def _removing(self) -> Wish | None:
        from tui.wishes import emptied

        found = await self.consumer_found()
        if found is None:
            return None
        return self._wish(found, lambda base: emptied(base, self._gone(base.row)))

    def _gone(self, row: ConsumerRow) -> str:
        """How it is known that it is gone, `` where it is not; lists of servers tell nothing of
        what is none."""
        return self.session.orphaned.get(row.key, "") if row.consumer_type == SERVER else ""

    def removal(self, row: ConsumerRow) -> ReplaceAllocations:
        """What removes a consumer, unless it changed since it was listed. Raises Invalid when
        it is not known."""
        if not row.known:
            raise Invalid(UNREAD)
        claim = Claim(
            consumer=row.uuid,
            allocations={},
            project=row.project,
            user=row.user,
            consumer_type=row.consumer_type,
            generation=row.generation,
            gone=self._gone(row),
        )
        return ReplaceAllocations(actor=self.session.connection.actor, claims=(claim,))


def _held(share: Share) -> list[tuple[str, int]]:
    return [(name, amount) for name, amount, _ in share.amounts]


def with_room(share: Share, fields: Sequence[FieldSpec]) -> str:
    """The filter that finds providers which have as much left of every class."""
    known = {one.name for one in fields}
    return " ".join(
        f"{name.lower()}>={amount}"
        for name, amount in _held(share)
        if name.lower() in known or name.startswith(CUSTOM)
    )


def room_of(row: ProviderRow, stocks: Iterable[InventoryRow], share: Share, look: Look) -> str:
    """What a provider has left of what is moved to it, and how full that makes it."""
    there = {one.resource_class: one for one in stocks if one.provider == row.provider.uuid}
    told = [taken(there[name], asked, look) for name, asked in _held(share) if name in there]
    return "   ".join([*told, *[f"{row.over} OVER"] * bool(row.over)])


def named(row: ConsumerRow) -> str:
    """A consumer in a list of several: its uuid in short."""
    return identifier(row.uuid)


def about(row: ConsumerRow, now: int) -> str:
    """What a consumer can be judged by: its uuid, type, project, age and user."""
    kind = row.consumer_type or "untyped"
    project = "(none)" if row.project == PLACEHOLDER else row.project_name or row.project
    age = f"   {ages.age(row.created_at, now)}" if row.created_at else ""
    user = "(none)" if row.user == PLACEHOLDER else brief_person(row.user_name or row.user)
    return f"{row.uuid}   {kind}   {project}{age}   {user}"
