from __future__ import annotations

import pytest
from rich.cells import cell_len

from backend.core.errors import OutcomeUnknown, StorageBusy
from backend.core.plan import Change, Impact, Tier
from backend.quotas.model import UNLIMITED
from tests.tui.plans import GIB, PROJECT, approval
from tui.dialogs.consent import Consent
from tui.dialogs.preview import HOLDERS_SHOWN, headline, preview
from tui.format.failures import failure
from tui.format.glyphs import ASCII
from tui.format.lines import Look, compared, line, section

NARROW, WIDE = Look(66, ASCII), Look(110)


def texts(look: Look = WIDE, **changed: object) -> list[str]:
    return [one.text for one in preview(approval(**changed), look)]


def test_what_is_worst_stands_in_the_title() -> None:
    assert headline(approval()) == "Confirm: limits will drop, the project and 1 member over quota"
    assert headline(approval(), room=54) == "Confirm: limits will drop, 2 over quota"
    assert headline(approval(impacts=())) == "Confirm: limits will drop"
    assert headline(approval(impacts=(), changes=())) == "Confirm"


def test_project_and_member_limits_are_columns() -> None:
    shown = texts()
    assert "                 project limit      member limit" in shown
    assert "  cyclades.ram   128G -> 96G -32G   64G -> 48G -16G" in shown
    assert "  max members   3 -> 12" in shown


@pytest.mark.parametrize(
    ("target", "before", "after", "told"),
    [(PROJECT, UNLIMITED, 0, False), (PROJECT, 0, UNLIMITED, False), (PROJECT, 3, 0, True),
     ("system:0f3c", UNLIMITED, 0, True), ("(base)", UNLIMITED, 0, True)],
)  # fmt: skip
def test_a_limit_of_waiting_applications_is_told_where_any_are_counted(
    target: str, before: int, after: int, told: bool
) -> None:
    ends = Change(target, "astakos.pending_app", before, after, "", "project limit")
    shown = "\n".join(texts(changes=(*approval().changes, ends)))
    assert ("pending_app" in shown) is told
    assert "cyclades.vm" in shown


def test_who_goes_over_is_named_with_limit_usage_and_excess() -> None:
    shown = "\n".join(texts())
    assert "WHO GOES OVER QUOTA (2)" in shown
    assert "! ada@uni.example        cyclades.ram   32G ->   0   24G  OVER by 24G" in shown
    assert "Effective limits also rise for 1 member." in shown


def test_what_is_warned_of_stands_above_the_amounts() -> None:
    shown = texts()
    assert shown.index("WARNINGS") < shown.index("WHAT WILL CHANGE")


def test_the_project_is_no_member_of_itself() -> None:
    pool = Impact("", PROJECT, "cyclades.vm", 8, 10, 2)
    rising = (pool, Impact("bo@uni.example", PROJECT, "cyclades.vm", 8, 10, 2))
    assert "    Effective limits rise for the project and 1 member." in texts(impacts=rising)
    assert "    Effective limits rise for the project." in texts(impacts=(pool,))


def test_nothing_over_is_said_in_one_line() -> None:
    falling = Impact("bo@uni.example", PROJECT, "cyclades.vm", 10, 8, 2)
    shown = texts(impacts=(falling,))
    assert "WHO IS AFFECTED" in shown
    assert "    Effective limits fall for 1 member." in shown


def test_pending_commissions_warnings_request_and_undo_are_shown() -> None:
    shown = texts(undo="submit an application with the old limits")
    assert "    90211  ada  +1 vm   already counted" in shown
    assert "  ! the project's usage exceeds its new limit" in shown
    assert 'Request   POST /projects/6a0d/action {"approve": {"app_id": 417}}' in shown
    assert "Undo      submit an application with the old limits" in shown
    assert "Undo      not in one step" in texts()


@pytest.mark.parametrize(
    ("tier", "is_harmless", "undo", "first"),
    [
        (Tier.DANGEROUS, False, "cannot be put back: it is full", True),
        (Tier.HARMFUL, False, "", True),
        (Tier.REVERSIBLE, False, "", False),
        (Tier.HARMFUL, True, "nothing to take back: it only reads", False),
    ],
)
def test_that_nothing_takes_a_grave_change_back_is_said_first(
    tier: Tier, is_harmless: bool, undo: str, first: bool
) -> None:
    shown = texts(tier=tier, undo=undo, is_harmless=is_harmless, inverse=None)
    told = f"Undo      {undo or 'not in one step'}"
    assert shown.index(told) == (1 if first else len(shown) - 1)
    assert shown.count(told) == 1


def test_notes_beside_a_heading_are_left_out_before_they_are_cut() -> None:
    def headings(room: int) -> list[str]:
        body = [line("k", "x")]
        return [section("WHO FILLS IT", body, "largest first, share of all", room)[1].text]

    assert headings(41) == ["WHO FILLS IT  largest first, share of all"]
    assert headings(40) == ["WHO FILLS IT  largest first"]
    assert headings(26) == ["WHO FILLS IT"]


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_every_line_fits(look: Look) -> None:
    long = Change(PROJECT, "description", "word " * 40, "other " * 40)
    shown = texts(look, changes=(*approval().changes, long), title="title " * 30, undo="u " * 90)
    assert [text for text in shown if cell_len(text) > look.width] == []


def test_a_crowd_is_counted() -> None:
    crowd = tuple(Impact(f"u{n}@x.y", PROJECT, "cyclades.vm", 9, 1, 5) for n in range(2000))
    shown = texts(impacts=crowd)
    assert "WHO GOES OVER QUOTA (2,000)  effective limit, usage" in shown
    assert f"    and {2000 - HOLDERS_SHOWN:,} more" in shown
    assert len(shown) < 80


def test_the_count_is_that_of_the_lines() -> None:
    ada = [Impact("ada@uni.example", PROJECT, kind, 9, 1, 5) for kind in ("a.vm", "a.ram", "a.ip")]
    crowd = (*ada, Impact("bo@uni.example", PROJECT, "a.vm", 9, 1, 5))
    shown = texts(impacts=crowd)
    assert "WHO GOES OVER QUOTA (4 limits of 2 members)  effective limit, usage" in shown
    assert sum(text.startswith("  ! ") and "OVER by" in text for text in shown) == 4


def test_hostile_names_are_only_text() -> None:
    evil = "\x1b]0;x\x07[red]\u202e"
    shown = texts(
        title=evil,
        changes=(Change(evil, evil, evil, evil), Change("b", evil, None, evil)),
        impacts=(Impact(evil, evil, evil, 5, 1, 3),),
        warnings=(evil,),
        undo=evil,
    )
    assert not set("".join(shown)) & {"\x1b", "\x07", "\u202e"}
    assert "[red]" in "".join(shown)


def test_what_became_different_is_marked_and_what_vanished_is_kept() -> None:
    old = preview(approval(), WIDE)
    changes = (Change(PROJECT, "cyclades.vm", 20, 30, "", "project limit"),)
    new = preview(approval(changes=changes), WIDE)
    shown = [one.text for one in compared(old, new)]
    assert "* cyclades.vm   20 -> 30 +10" in shown
    assert shown[shown.index("NO LONGER") + 1].startswith("  cyclades.ram   128G -> 96G")
    assert sum(text.startswith("*") for text in shown) == 1


def test_the_same_plan_again_has_no_marks() -> None:
    shown = compared(preview(approval(), WIDE), preview(approval(), WIDE))
    assert not [one for one in shown if one.text.startswith("*") or one.text == "NO LONGER"]


@pytest.mark.parametrize(
    ("tier", "reason", "name", "missing"),
    [
        (Tier.REVERSIBLE, "", "", ""),
        (Tier.HARMFUL, " ", "", "needs a reason"),
        (Tier.HARMFUL, "why", "", ""),
        (Tier.DANGEROUS, "", PROJECT, "needs a reason"),
        (Tier.DANGEROUS, "why", "hpc", f"needs {PROJECT} typed above"),
        (Tier.DANGEROUS, "why", f" {PROJECT} ", ""),
    ],
)
def test_consent(tier: Tier, reason: str, name: str, missing: str) -> None:
    assert Consent.to(approval(tier=tier), production=False).missing(reason, name) == missing


def test_production_asks_for_one_tier_more() -> None:
    assert Consent.to(approval(tier=Tier.REVERSIBLE), production=True).tier is Tier.HARMFUL
    assert Consent.to(approval(), production=True).tier is Tier.DANGEROUS


def test_several_ask_for_as_much_whatever_is_decided_unless_nothing_is_to_take_back() -> None:
    for verb, tier in (("Approve", Tier.REVERSIBLE), ("Deny", Tier.HARMFUL)):
        for undo in ("", "set the old limit again"):
            one = approval(tier=tier, verb=verb, undo=undo)
            assert Consent.to_all([one, one], production=False) == Consent(
                Tier.DANGEROUS, verb, f"{verb.lower()} 2"
            )
    pulled = approval(tier=Tier.REVERSIBLE, is_harmless=True)
    assert Consent.to_all([pulled, pulled], production=False).tier is Tier.REVERSIBLE
    mixed = Consent.to_all([pulled, approval(tier=Tier.REVERSIBLE, undo="")], production=False)
    assert mixed.target == "approve 2"
    alone = approval(tier=Tier.REVERSIBLE, undo="")
    assert Consent.to_all([alone], production=False).tier is Tier.REVERSIBLE


def test_a_long_name_leaves_room_for_the_buttons() -> None:
    consent = Consent.to(approval(target="x" * 60), production=False)
    assert consent.missing("why", "") == "needs the name typed above"


@pytest.mark.parametrize(
    ("target", "room", "told"),
    [
        ("reject 12", 28, "needs reject 12 typed above"),
        ("reject 12", 26, "needs reject 12"),
        ("hpc-climate.uni", 21, "needs hpc-climate.uni"),
        ("hpc-climate.uni", 20, "needs the name"),
    ],
)
def test_what_is_lacking_is_said_in_the_room_there_is(target: str, room: int, told: str) -> None:
    consent = Consent.to(approval(target=target), production=False)
    assert consent.missing("why", "", room) == told


def test_a_name_that_cannot_be_typed_is_typed_as_shown() -> None:
    consent = Consent.to(approval(target="a\u200bb"), production=False)
    assert consent.missing("why", "a<U+200B>b") == ""
    assert consent.missing("why", "ab") == "needs a<U+200B>b typed above"


def test_failures_say_what_was_not_changed_and_what_to_press() -> None:
    busy = StorageBusy("another process writes", hint="wait a moment")
    shown = [one.text for one in failure(busy, 80, "y tries again")]
    assert shown == [
        "! Database busy: another process writes",
        "wait a moment. Nothing was changed. y tries again",
    ]


def test_an_unknown_outcome_never_claims_that_nothing_happened() -> None:
    shown = " ".join(one.text for one in failure(OutcomeUnknown("no answer"), 80))
    assert "may or may not have happened" in shown
    assert "Nothing was changed" not in shown


def test_amounts_follow_the_chosen_units() -> None:
    shown = "\n".join(texts(Look(110, ASCII, "raw")))
    assert str(96 * GIB) in shown
