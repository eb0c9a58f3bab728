"""What Textual works out again for every console, widget and message, worked out once: it comes to
the same each time, and thousands of consoles are begun here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump

Kind = tuple[type[DOMNode], str | None, frozenset[str]]
"""Class, id and CSS classes of a node."""
Looks = Mapping[str, Any]

FLAGS = {
    "_has_hover_style": {"hover"},
    "_has_focus_within": {"focus-within"},
    "_has_order_style": {"first-of-type", "last-of-type", "first-child", "last-child", "empty"},
    "_has_odd_or_even": {"odd", "even"},
}
"""What a node remembers of the states that its rules ask for."""


@dataclass(slots=True)
class Asked:
    """The states that the rules for nodes of a kind ask for, of these and of those around them;
    and how such nodes look."""

    states: Sequence[str]
    flags: Mapping[str, bool]
    looks: dict[object, Looks | None] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """What was worked out with these rules, which live as long: they are known by their ids."""

    rules: Sequence[object]
    asked: dict[Kind, Asked] = field(default_factory=dict)


def parsing(patch: pytest.MonkeyPatch) -> None:
    """Every app parses all styles several times, always the same with the same colours."""
    parsed: dict[frozenset[tuple[str, str]], Any] = {}
    begin, change = Stylesheet.__init__, Stylesheet.set_variables

    def share(sheet: Stylesheet, variables: dict[str, str] | None) -> None:
        sheet._parse_cache = parsed.setdefault(frozenset((variables or {}).items()), {})

    def begun(self: Stylesheet, *, variables: dict[str, str] | None = None) -> None:
        begin(self, variables=variables)
        share(self, variables)

    def changed(self: Stylesheet, variables: dict[str, str]) -> None:
        share(self, None)
        change(self, variables)
        share(self, variables)

    patch.setattr(Stylesheet, "__init__", begun)
    patch.setattr(Stylesheet, "set_variables", changed)


def styling(patch: pytest.MonkeyPatch) -> None:
    """All rules are tried on every widget whenever a screen is shown or the focus goes on, and all
    that they say is set anew. What they say depends on what they ask of the nodes from the app
    down to the widget, and on nothing else."""
    sheets: dict[tuple[int, ...], Sheet] = {}
    working: dict[DOMNode, Looks | None] = {}
    work_out, replace = Stylesheet.apply, vars(Stylesheet)["replace_rules"].__func__

    def known(sheet: Any) -> Sheet:
        rules = sheet.rules
        if getattr(sheet, "_known", (None,))[0] is not rules:
            sheet._known = rules, sheets.setdefault(tuple(map(id, rules)), Sheet(rules))
        found: Sheet = sheet._known[1]
        return found

    def apply(self: Stylesheet, node: DOMNode, *, animate: bool = False, cache: Any = None) -> None:
        kinds = tuple(map(kind, path := node.css_path_nodes))
        of_kind = known(self).asked
        if (asked := of_kind.get(kinds[-1])) is None:
            asked = of_kind[kinds[-1]] = asks(self, node)
        key = kinds, tuple(one.has_pseudo_class(name) for one in path for name in asked.states)
        if key not in asked.looks:
            working[node] = None
            work_out(self, node, animate=animate)
            asked.looks[key] = working.pop(node)
            return
        for name, value in asked.flags.items():
            setattr(node, name, value)
        looks: Any = asked.looks[key]
        if looks is not None:
            self.replace_rules(node, looks, animate=animate)
        self._process_component_classes(node)

    def set_anew(cls: Any, node: DOMNode, rules: Any, animate: bool = False) -> None:
        if node in working:
            working[node] = rules
        if not animate and node.styles.base._rules == rules:
            node.notify_style_update()
        else:
            replace(cls, node, rules, animate)

    patch.setattr(Stylesheet, "apply", apply)
    patch.setattr(Stylesheet, "replace_rules", classmethod(set_anew))


def kind(node: DOMNode) -> Kind:
    """What selectors look at, besides states."""
    return type(node), node._id, frozenset(node._classes)


def asks(sheet: Stylesheet, node: DOMNode) -> Asked:
    """What the rules that may be for such nodes ask for."""
    names = sheet.rules_map.keys() & node._selector_names
    states = {
        one for name in names for rule in sheet.rules_map[name] for one in rule.pseudo_classes
    }
    return Asked(sorted(states), {flag: bool(states & of) for flag, of in FLAGS.items()})


def handling(patch: pytest.MonkeyPatch) -> None:
    """Whoever gets a message looks for its handlers in all its classes, where one or two of them
    have any."""
    find = MessagePump._get_dispatch_methods

    @cache
    def having(who: type[MessagePump], name: str, what: Any) -> tuple[type, ...] | None:
        """The classes with a handler of that name; nothing where some have decorated ones."""
        if any(what_else in vars(one).get("_decorated_handlers", ())
               for one in who.__mro__ for what_else in what.__mro__):  # fmt: skip
            return None
        return tuple(one for one in who.__mro__ if {name, f"_{name}"} & vars(one).keys())

    def handlers(self: MessagePump, name: str, message: Message) -> Iterator[tuple[type, Any]]:
        what: Any = type(message)
        classes = having(type(self), name, what)
        if classes is None:
            yield from find(self, name, message)
            return
        for one in classes:
            if message._no_default_action:
                return
            method = vars(one).get(f"_{name}") or vars(one).get(name)
            if method is not None and not getattr(method, "_textual_on", None):
                yield one, method.__get__(self, one)

    patch.setattr(MessagePump, "_get_dispatch_methods", handlers)
