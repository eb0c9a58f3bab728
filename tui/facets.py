"""Filters put together by picking: the states and words of a list; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from backend.core.filter import Compare, Filter, Flag, Op, Search, Term, Word, parse, render
from backend.core.listing import FieldSpec, Kind

Facet = tuple[str, str]
"""A field and one of its words; for a word that stands alone the field is ``."""


def facets(specs: Sequence[FieldSpec]) -> list[tuple[Facet, str]]:
    """What can be picked, and what it means; the states first, with what they are of beside the
    first of a field."""
    found = [picks for one in specs if _picks(one) for picks in _words(one)]
    return found + [(("", one.name), one.help) for one in specs if one.kind is Kind.FLAG]


def _words(spec: FieldSpec) -> Iterator[tuple[Facet, str]]:
    meanings = dict(spec.meanings)
    for n, word in enumerate(spec.words):
        told = meanings.get(word, "")
        first = f"{spec.help}: {told}" if told else spec.help
        yield (spec.name, word), told if n else first


def facetted(specs: Sequence[FieldSpec], words: Mapping[str, Sequence[str]]) -> Sequence[FieldSpec]:
    """The fields with words to pick for some texts, whatever words those may have."""
    return [replace(one, words=tuple(words.get(one.name, one.words))) for one in specs]


def _picks(spec: FieldSpec) -> bool:
    return spec.kind is Kind.STATE or (spec.kind is Kind.TEXT and bool(spec.words))


def picked(text: str, specs: Sequence[FieldSpec]) -> set[Facet]:
    """The facets that a filter asks for. Raises Invalid."""
    return {facet for term in parse(text, specs).terms for facet in _of(term, specs)}


def with_facets(text: str, specs: Sequence[FieldSpec], chosen: Collection[Facet]) -> str:
    """The filter with these facets and no others; what else is in it stays. Raises Invalid."""
    if set(chosen) == picked(text, specs):
        return text
    terms = [term for term in parse(text, specs).terms if not list(_of(term, specs))]
    for name in dict.fromkeys(field for field, _ in chosen if field):
        words = tuple(Word(word) for field, word in chosen if field == name)
        state = any(one.name == name and one.kind is Kind.STATE for one in specs)
        terms.append(Term(Compare(name, Op.LIKE if state else Op.IS, words)))
    terms += [Term(Search((Flag(word),))) for field, word in chosen if not field]
    return render(Filter(tuple(terms)), specs)


def without(text: str, specs: Sequence[FieldSpec], word: str) -> str:
    """The filter without the conditions that have a word which stands alone. Raises Invalid."""
    if word not in text.lower():
        return text
    terms = (term for term in parse(text, specs).terms if word not in term.names())
    return render(Filter(tuple(terms)), specs)


def _of(term: Term, specs: Sequence[FieldSpec]) -> Iterator[Facet]:
    test = term.test
    if term.negated:
        return
    if isinstance(test, Search):
        if len(test.parts) == 1 and isinstance(test.parts[0], Flag):
            yield "", test.parts[0].name
        return
    known = (one for one in specs if one.name == test.field and _picks(one))
    if spec := next(known, None):
        for value in test.values:
            assert isinstance(value, Word)
            exact = test.op is Op.IS
            yield from (
                (spec.name, word)
                for word in spec.words
                if (word == value.text.lower() if exact else word.startswith(value.text.lower()))
            )
