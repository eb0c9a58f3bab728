"""Work that one process at a time has: claims beside a file, and on a server."""

from __future__ import annotations

import time

import psycopg

from tests import postgres as postgresql
from tests.core.notes import STEPS, notes
from tests.places import Places

LOCKERS = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND database =
    (SELECT oid FROM pg_database WHERE datname = current_database())"""


def test_a_claim_is_one_processs_until_it_is_given_back(new_place: Places) -> None:
    place = new_place(STEPS)
    one, other = notes(place), notes(place)
    claim = one.claim("work")
    assert claim is not None
    assert claim.holds
    assert other.claim("work") is None
    assert one.claim("work") is None
    another = other.claim("play")
    assert another is not None
    claim.close()
    again = other.claim("work")
    assert again is not None
    for held in (again, another):
        held.close()
    one.close()
    other.close()


def test_a_claim_is_lost_with_its_connection(postgres: postgresql.Server) -> None:
    with postgres.database(STEPS) as url:
        database = notes(url)
        claim = database.claim("work")
        assert claim is not None
        with psycopg.connect(url) as conn:
            conn.execute(LOCKERS)
        until = time.monotonic() + 10
        while claim.holds and time.monotonic() < until:
            time.sleep(0.05)
        assert not claim.holds
        claim.close()
        again = database.claim("work")
        assert again is not None
        again.close()
        database.close()
