"""The menus over a screen: its actions, everything there is, and what its object relates to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from backend.core.listing import MARKED, Kind, Query
from tui.actions import Action, Group, Scope, reachable
from tui.history import Place
from tui.panes import PANES, SCREENS, unconnected
from tui.panes.listpane import ListPane
from tui.panes.related import quoted, related
from tui.panes.subject import Subject
from tui.session import Session
from tui.widgets.columns import rises
from tui.widgets.menu import Item, Menu

if TYPE_CHECKING:
    from tui.app import BursarApp

FOUND = 6
"""Objects of a kind that the palette finds at most."""
_OF_ROW = (Group.DECIDE, Group.ROW, Group.VIEW)
_ELSEWHERE = (Scope.APP, Scope.TABLE, Scope.TEXT)


def actions(pane: Subject) -> None:
    """`.`: every action for what the screen is on; those that are off say why."""
    everywhere = {*_ELSEWHERE}
    own = [one for one in reachable(pane.SCOPE) if not everywhere & {*one.scopes}]
    chosen = [one for group in _OF_ROW for one in own if one.group is group and one.id != "actions"]
    _offer(pane, "Actions", chosen)


def palette(app: BursarApp, pane: Subject) -> None:
    """Every action and command, and objects by name."""
    from tui.commands import COMMANDS

    known = [one for one in reachable(pane.SCOPE) if one.id != "palette"]
    commands = [Item(f":{one.name}", f":{one.name}", note=one.help) for one in COMMANDS]
    commands += [Item(f":{text}", f":{text}", note=note) for text, note in filters(app.session)]
    opens: dict[str, Callable[[], None]] = {}

    async def search(text: str) -> Sequence[Item]:
        found = await _objects(app, text)
        opens.update({item.id: open_it for item, open_it in found})
        return [item for item, _ in found]

    def chosen(item: Item | None) -> None:
        if item is None:
            return
        if item.id in opens:
            opens[item.id]()
        elif item.id.startswith(":"):
            app.type_command(item.id[1:])
        else:
            _act(pane, known, item)

    glyphs = app.session.settings.glyphs
    menu = Menu("Palette", [*_items(pane, known), *commands], glyphs, search)
    app.push_screen(menu, chosen)


def jump(pane: Subject) -> None:
    """`J`: the lists that have to do with this object."""
    row = pane.related_to()
    found = list(related(row)) if row is not None else []
    places = [Place(one.list, one.query) for one in found]
    items = [Item(str(n), one.words, note=told(places[n])) for n, one in enumerate(found)]

    def chosen(item: Item | None) -> None:
        if item is not None:
            pane.post_message(Subject.Going(places[int(item.id)]))

    if items:
        pane.app.push_screen(Menu("Jump to", items, pane.session.settings.glyphs), chosen)
    else:
        pane.session.tell("nothing is related to it")


def views(pane: Subject) -> None:
    """The lists that were saved under a name."""
    saved = pane.session.views
    items = [Item(name, name, note=told(one)) for name, one in sorted(saved.items())]

    def chosen(item: Item | None) -> None:
        if item is not None:
            pane.post_message(Subject.Going(saved[item.id]))

    if items:
        pane.app.push_screen(Menu("Saved views", items, pane.session.settings.glyphs), chosen)
    else:
        pane.session.tell(":save NAME saves what is listed now; nothing is saved yet")


def told(place: Place) -> str:
    """A list in the words of its command."""
    query = place.query
    view = f"({query.view}) " if query.view else ""
    order = f"  by {query.sort}" if query.sort else ""
    if order and not rises(query.sort, query.descending):
        order += " down"
    return f":{place.list} {view}{query.text}".rstrip() + order


def _offer(pane: Subject, title: str, known: Sequence[Action]) -> None:
    def chosen(item: Item | None) -> None:
        if item is not None:
            _act(pane, known, item)

    menu = Menu(title, _items(pane, known), pane.session.settings.glyphs)
    pane.app.push_screen(menu, chosen)


def _items(pane: Subject, known: Iterable[Action]) -> list[Item]:
    keyed = pane.session.keyed
    return [
        Item(one.id, one.title, keyed(one).key_text, one.tooltip, pane.refusal(one))
        for one in map(pane.named, known)
    ]


def _act(pane: Subject, known: Iterable[Action], item: Item) -> None:
    action = next((one for one in known if one.id == item.id), None)
    if action is not None:
        pane.act(action)


def filters(session: Session) -> Iterator[tuple[str, str]]:
    """Every list with each of the words that stand alone in its filter, and what it finds."""
    for one in (*PANES, *SCREENS):
        if not unconnected(one.id, session.connection.systems):
            for spec in session.listing(one.id).fields:
                if spec.kind is Kind.FLAG and spec.name != MARKED:
                    yield f"{one.id} {spec.name}", spec.help


async def _objects(app: BursarApp, text: str) -> list[tuple[Item, Callable[[], None]]]:
    """The rows of every list that has names, as items and what opens them."""
    found: list[tuple[Item, Callable[[], None]]] = []
    systems = app.session.connection.systems
    for name, noun, words in OBJECTS:
        if unconnected(name, systems):
            continue
        listing = app.session.listing(name)
        for row in await listing.page(Query(quoted(text)), FOUND):
            item = Item(f"{name} {row.key}", words(row), noun)
            found.append((item, _opener(app, name, row)))
    return found


def _opener(app: BursarApp, name: str, row: Any) -> Callable[[], None]:
    def opened() -> None:
        app.show_list(name)
        if isinstance(app.screen, ListPane):
            app.screen.open_row(row)

    return opened


def _allocation(row: Any) -> str:
    """Its name; a consumer has none but its uuid, which says nothing without its project."""
    whose = getattr(row.of, "project_name", "")
    return getattr(row.of, "name", f"{row.of.uuid} of {whose}" if whose else row.of.uuid)


OBJECTS: Sequence[tuple[str, str, Callable[[Any], str]]] = (
    ("projects", "project", lambda row: row.name),
    ("users", "person", lambda row: row.email),
    ("resources", "resource", lambda row: row.name),
    ("commissions", "pending", lambda row: str(row.key)),
    ("providers", "provider", lambda row: row.name),
    ("constraints", "constraint", lambda row: row.allocation_name),
    ("types", "type", lambda row: f"{row.name} at {row.site_name}"),
    ("blocks", "block", lambda row: f"{row.block.cidr} {row.block.name}"),
    ("allocations", "allocation", _allocation),
    ("services", "service", lambda row: row.service.name),
    ("codes", "code", lambda row: row.code),
    ("awards", "award", lambda row: row.name or row.award.identifier),
)
"""Lists whose objects the palette finds: list, noun, name of a row."""
