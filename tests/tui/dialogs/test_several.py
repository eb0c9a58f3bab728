"""Several plans in words: what each is stays legible, and whose a warning is."""

from __future__ import annotations

from backend.core.plan import Change, Plan, Tier, Touched
from tests.tui.plans import GIB, PROJECT, approval
from tui.cases import Case
from tui.dialogs.several import several
from tui.format.glyphs import ASCII
from tui.format.lines import Look

NARROW = Look(66, ASCII)
STAYS = Change(PROJECT, "policy", "same", "same")


def case(key: int, label: str, plan: Plan) -> Case:
    """One that was previewed."""
    found = Case(key, label)
    found.planned(plan)
    return found


def texts(*cases: Case) -> list[str]:
    return [one.text.rstrip() for one in several(cases, NARROW)]


def test_a_long_note_leaves_the_serial_legible() -> None:
    amounts = (("cyclades.disk", "bytes", 12 * GIB), ("cyclades.ram", "bytes", 4 * GIB))
    touched = Touched(
        90211, "dee@uni.example polar-survey.uni", "taken back", resolved=True, change=amounts
    )
    plan = approval(title="Reject commission 90211", touched=(touched,), impacts=(), warnings=())
    (shown,) = (text for text in texts(case(1, "90211", plan)) if "90211" in text)
    assert shown == "  90211  +12G disk +4G ram  dee@uni.example polar-survey.uni"


def test_serials_amounts_and_holders_stand_below_each_other() -> None:
    def plan(serial: int, quantity: int, who: str) -> Plan:
        change = (("cyclades.vm", "", quantity),)
        touched = Touched(serial, who, "becomes accepted", resolved=True, change=change)
        return approval(touched=(touched,), impacts=(), warnings=())

    shown = texts(case(1, "9", plan(9, 1, "a" * 40)), case(2, "10", plan(10, 200, "b")))
    assert [text for text in shown if " vm " in text] == [
        f"   9  +1 vm    {'a' * 40}",
        "  10  +200 vm  b",
    ]
    shown = texts(case(1, "9", plan(9, 1, "a" * 60)), case(2, "10", plan(10, 200, "b")))
    assert [text for text in shown if " vm " in text] == [
        f"  9  +1 vm  {'a' * 53}~",
        "  10  +200 vm  b",
    ]


def test_a_field_says_whose_it_is_where_there_are_several() -> None:
    state = (
        Change("application #7", "state", "pending", "approved"),
        Change(PROJECT, "state", "uninitialized", "active"),
    )
    shown = texts(case(1, PROJECT, approval(title=f"Approve application #7 of {PROJECT}",
                                            changes=state)))  # fmt: skip
    assert "    application #7: state   pending -> approved" in shown
    assert "    hpc-climate: state      uninitialized -> active" in shown


def test_all_that_would_change_of_each_is_told_as_in_the_dialog_for_one() -> None:
    limits = [Change(PROJECT, f"r{n}", 1, 2 + n, "", "project limit") for n in range(9)]
    limits += [Change(PROJECT, "r8", None, 4, "", "member limit")]
    shown = texts(case(1, PROJECT, approval(changes=(*limits, STAYS), impacts=())))
    assert [text.split() for text in shown if text.startswith("    r")] == [
        *([f"r{n}", "1", "->", str(2 + n), f"+{1 + n}"] for n in range(8)),
        ["r8", "1", "->", "10", "+9", "4", "new"],
    ]
    assert any(text.split() == ["project", "limit", "member", "limit"] for text in shown)
    assert not any("more" in text or "same" in text for text in shown)


def test_what_it_is_about_stands_for_its_title_and_all_of_it_cannot_be_taken_back() -> None:
    plan = approval(undo="cannot be put back: it is full", inverse=None)
    found = case(1, "5a1c", plan)
    found.about = "5a1c0000-0000-4000-8000-0000000000e5   INSTANCE   climate.hpc"
    shown = texts(found, case(2, "beta", plan))
    assert any(text.startswith("  5a1c...00e5   INSTANCE   climate.hpc") for text in shown)
    (told,) = [n for n, text in enumerate(shown) if text.startswith("Undo ")]
    assert shown[told] == "Undo      not in one step; cannot be put back: it is full"
    assert told < shown.index("")


def test_where_there_is_nothing_to_take_back_no_step_is_missed() -> None:
    told = "nothing to take back: it only reads"
    pulled = approval(undo=told, is_harmless=True)
    assert texts(case(1, "alpha", pulled), case(2, "beta", pulled))[-1] == f"Undo      {told}"


def test_a_warning_names_those_it_is_about() -> None:
    late = approval(warnings=("the end date has passed already",))
    shown = texts(case(1, "alpha", late), case(2, "beta", approval(warnings=())),
                  case(3, "gamma", late))  # fmt: skip
    assert "  ! the end date has passed already: alpha, gamma" in shown


def test_many_are_counted() -> None:
    late = approval(warnings=("late",))
    cases = [case(n, f"p{n:02}", late) for n in range(12)]
    shown = " ".join(texts(*cases, case(12, "other", approval(warnings=()))))
    assert "p08, p09 and 2 more" in " ".join(shown.split())
    assert "  ! all 12: late" in texts(*cases)


def test_what_all_have_in_common_is_not_said_of_each() -> None:
    grave, harmless = (approval(tier=tier, impacts=()) for tier in (Tier.DANGEROUS, Tier.HARMFUL))
    assert not any("dangerous" in text for text in texts(case(1, "a", grave), case(2, "b", grave)))
    mixed = texts(case(1, "a", grave), case(2, "b", harmless))
    assert sum("dangerous" in text for text in mixed) == 1


def test_what_is_new_reads_as_in_the_dialog_for_one() -> None:
    new = approval(changes=(Change(PROJECT, "cyclades.vm", None, 4, "", "project limit"),))
    assert "    cyclades.vm   4 new" in texts(case(1, "p", new))
