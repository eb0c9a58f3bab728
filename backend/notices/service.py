"""Use cases of notices: what waits, what came of a delivery, and what became of an entry's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, NotFound
from backend.core.identity import Actor
from backend.core.journal import Entry, to_json
from backend.notices import rules, store
from backend.notices.model import Delivery, Fate, Happening, Notice, State, Terms

SECOND = 1_000_000
COUNTED = 1_000
ERROR_KEPT = 300


def told(tx: Tx, happening: Happening, terms: Terms) -> tuple[Notice, ...]:
    """The notices of an entry, with the addresses of now."""
    if rules.wording(happening, terms) is None:
        return ()
    return rules.notices(happening, store.subjects(tx, happening), terms)


def waiting(tx: Tx, state: State, after: int = 0) -> Iterator[Notice]:
    """What waits in a sink, in order; `after` an entry up to which nothing does."""
    after = max(after, state.done)
    while found := store.happenings(tx, after):
        for happening in found:
            yield from _unsent(tx, state, happening)
        after = found[-1].seq


def _unsent(tx: Tx, state: State, happening: Happening) -> Iterator[Notice]:
    notices = told(tx, happening, state.terms)
    sent = store.sent(tx, state.name, happening.seq) if notices else {}
    return (notice for notice in notices if notice.part not in sent)


def begin(tx: Tx, name: str, terms: Terms) -> None:
    """Begin a sink at the head of the journal, or change what it tells from now on and from
    the first notice that waits."""
    if store.state(tx, name) is not None:
        pass_over(tx, name)
    store.begin(tx, name, terms)


def count(tx: Tx, state: State) -> int:
    """How many wait, at most `COUNTED`."""
    return sum(1 for _ in islice(waiting(tx, state), COUNTED))


def take(tx: Tx, name: str, holder: str, seconds: float, after: int) -> Notice | None:
    """The first notice that waits, for this holder alone and for so long; None when there is
    none or another holder has it."""
    if not store.take(tx, name, holder, tx.now + int(seconds * SECOND)):
        return None
    state = _state(tx, name)
    notice = _first(tx, state, after)
    if notice is None:
        store.give(tx, name, holder)
    return notice


def went_out(tx: Tx, name: str, holder: str, notice: Notice, seconds: float) -> None:
    """A notice was delivered; the holder goes on for so long."""
    store.record_sent(tx, name, notice.seq, notice.part)
    store.record_well(tx, name, holder, tx.now + int(seconds * SECOND))
    happening = store.happening(tx, notice.seq)
    state = _state(tx, name)
    left = happening and next(_unsent(tx, state, happening), None)
    store.set_done(tx, name, notice.seq - 1 if left else notice.seq)


def failed(tx: Tx, name: str, holder: str, error: str) -> None:
    """A delivery failed: it is tried again later, and others may do so."""
    state = _state(tx, name)
    seconds = rules.wait(state.attempts + 1, tx.runtime.rng.random())
    next_at = tx.now + int(seconds * SECOND)
    store.record_failure(tx, state, holder, next_at, error[:ERROR_KEPT])
    store.give(tx, name, holder)


def pass_over(tx: Tx, name: str, after: int = 0) -> None:
    """Note where nothing waits any more: it need not be looked for, and failed no longer;
    `after` an entry up to which nothing does."""
    if _first(tx, _state(tx, name), after) is None:
        store.skip(tx, name, store.last(tx))


def skip(tx: Tx, name: str, seq: int, actor: Actor) -> int:
    """Leave out what waits up to an entry; how many that are. An entry says so.

    Raises NotFound when the sink never began, Conflict when there is nothing to leave out.
    """
    state = _state(tx, name)
    if not state.done < seq <= store.last(tx):
        raise Conflict(
            f"no notice of an entry up to {seq} waits",
            hint=f"give an entry from {state.done + 1} to {store.last(tx)}",
        )
    left_out = sum(1 for _ in _up_to(tx, state, seq))
    store.skip(tx, name, seq)
    after = to_json({"left out": left_out, "up to": seq})
    tx.record(Entry(actor.name, "notice.skip", f"notices:{name}", "{}", after))
    return left_out


def _up_to(tx: Tx, state: State, seq: int) -> Iterator[Notice]:
    for notice in waiting(tx, state):
        if notice.seq > seq:
            return
        yield notice


def _state(tx: Tx, name: str) -> State:
    found = store.state(tx, name)
    if found is None:
        raise NotFound(f"no notices called {name!r} were ever sent", hint="bursar notify begins")
    return found


def failing(tx: Tx, name: str) -> str:
    """Why notices do not go out, `` when they do."""
    state = store.state(tx, name)
    return state.error if state else ""


def deliveries(tx: Tx, seq: int) -> tuple[Delivery, ...]:
    """What became of the notices of an entry, sink by sink; none from before a sink began."""
    happening = store.happening(tx, seq)
    if happening is None:
        return ()
    begun = [state for state in store.states(tx) if state.started < seq]
    return tuple(one for state in begun for one in _deliveries(tx, state, happening))


def _deliveries(tx: Tx, state: State, happening: Happening) -> Iterator[Delivery]:
    notices = {notice.part: notice for notice in told(tx, happening, state.terms)}
    sent = store.sent(tx, state.name, happening.seq)
    for part, at in sent.items():
        recipients = notices[part].recipients if part in notices else ()
        yield Delivery(Fate.SENT, recipients, at)
    tried = _first(tx, state) if state.attempts else None
    for part, notice in notices.items():
        if part in sent:
            continue
        if happening.seq <= state.done:
            yield Delivery(Fate.LEFT_OUT, notice.recipients)
        elif tried and (tried.seq, tried.part) == (happening.seq, part):
            told_why = (state.attempts, state.error, state.next_at)
            yield Delivery(Fate.FAILING, notice.recipients, 0, *told_why)
        else:
            yield Delivery(Fate.WAITING, notice.recipients)


def _first(tx: Tx, state: State, after: int = 0) -> Notice | None:
    return next(waiting(tx, state, after), None)
