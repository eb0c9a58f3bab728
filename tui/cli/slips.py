"""A filter that found nothing: which of its words were searched for as texts, which looks like a
word of the list that nobody fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from backend.core.filter import Search, Word, parse
from backend.core.filter.tree import names
from backend.core.listing import FieldSpec, Kind


def sought(text: str, specs: Sequence[FieldSpec]) -> str:
    """The words of a filter that were texts, and what of the list they may have meant; `` where
    there are none."""
    words = list(dict.fromkeys(_texts(text, specs)))
    if not words:
        return ""
    known = _known(specs)
    close = [
        match
        for word in words
        if f'"{word}' not in text
        for match in get_close_matches(word.casefold(), known, 1)
    ]
    guess = f" (did you mean {', '.join(known[one] for one in close)}?)" if close else ""
    how = "were searched for as texts" if len(words) > 1 else "was searched for as a text"
    return f"nothing fits: {' and '.join(words)} {how}{guess}"


def _texts(text: str, specs: Sequence[FieldSpec]) -> Iterator[str]:
    for term in parse(text, specs).terms:
        if isinstance(term.test, Search) and not term.negated:
            parts = term.test.parts
            yield from (one.text for one in parts if isinstance(one, Word) and not one.fuzzy)


def _known(specs: Sequence[FieldSpec]) -> Mapping[str, str]:
    """How what a filter understands is written, by its words; those that stand alone first."""
    found: dict[str, str] = {}
    for spec in sorted(specs, key=lambda one: one.kind is not Kind.FLAG):
        flag = spec.kind is Kind.FLAG
        for name in names(spec):
            found.setdefault(name, name if flag else f"{name}:...")
    for spec in specs:
        for word in spec.words:
            found.setdefault(word, f"{spec.name}:{word}")
    return found
