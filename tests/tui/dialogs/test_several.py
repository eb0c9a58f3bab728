"""Several plans in words: what each is stays legible, and whose a warning is."""

from __future__ import annotations

from backend.core.plan import Change, Plan, Tier, Touched
from tests.tui.plans import GIB, PROJECT, approval
from tui.cases import Case
from tui.dialogs.several import several
from tui.format.glyphs import ASCII
from tui.format.lines import Look

NARROW = Look(66, ASCII)


def case(key: int, label: str, plan: Plan) -> Case:
    """One that was previewed."""
    found = Case(key, label)
    found.planned(plan)
    return found


def texts(*cases: Case) -> list[str]:
    return [one.text for one in several(cases, NARROW)]


def test_a_long_note_leaves_the_serial_legible() -> None:
    amounts = (("cyclades.disk", "bytes", 12 * GIB), ("cyclades.ram", "bytes", 4 * GIB))
    touched = Touched(
        90211, "dee@uni.example polar-survey.uni", "taken back", resolved=True, change=amounts
    )
    plan = approval(title="Reject commission 90211", touched=(touched,), impacts=())
    shown = next(text for text in texts(case(1, "90211", plan)) if "Reject" in text)
    assert "Reject commission 90211   " in shown
    assert len(shown) <= NARROW.width


def test_what_it_is_about_stands_for_its_title_and_all_of_it_cannot_be_taken_back() -> None:
    plan = approval(undo="cannot be put back: it is full", inverse=None)
    found = case(1, "5a1c", plan)
    found.about = "5a1c0000-0000-4000-8000-0000000000e5   INSTANCE   climate.hpc"
    shown = texts(found, case(2, "beta", plan))
    assert any(text.startswith("  5a1c...00e5   INSTANCE   climate.hpc") for text in shown)
    assert shown[-1] == "Undo      not in one step; cannot be put back: it is full"


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
    assert any("cyclades.vm project limit: 4 new" in text for text in texts(case(1, "p", new)))
