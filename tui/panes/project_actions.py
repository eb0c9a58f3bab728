"""What can be done with a project, from the list and from its own screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from backend.core.errors import Invalid
from backend.core.identity import Actor
from backend.projects import model
from backend.projects.model.rows import ProjectRow
from backend.projects.model.states import ProjectState
from tui.actions import Action, Group
from tui.messages import WARN
from tui.panes.project_forms import FORMS, NEW_IS_NOT_EDITED, ProjectForms

if TYPE_CHECKING:
    from backend.core.plan import Command


class ProjectActions(ProjectForms, inherit_bindings=False):
    """Suspend, unsuspend, terminate, reinstate and review the project of `project_row`."""

    REVIEWS_ANY = False
    """Whether `a` goes to the oldest application when the project has none."""

    def review_row(self) -> ProjectRow | None:
        """The project whose application `a` looks at first."""
        return self.project_row()

    def allowed(self) -> Mapping[str, str]:
        """What the backend says about each action; empty while that is not read."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """The backend says what the state of the project permits."""
        if why := super().refusal(action):
            return why
        row = self.project_row()
        if action.id in FORMS:
            return self._form_refusal(action.id, row)
        if action.id == "project.review":
            return "" if self._reviewable(row) else "no application waits for this project"
        if action.group is not Group.DECIDE or self.marks():
            return ""
        if row is None:
            return "no project is selected"
        if action.id in _ANSWERS:
            return "" if row.pending_app else self.unanswerable(row)
        return self.allowed().get(_meant(action.id, row), "")

    def unanswerable(self, row: ProjectRow) -> str:
        """Why a project without an application has no answer to be given, `` when something else
        is done in place of that."""
        return f"nothing waits for {row.name}"

    def _form_refusal(self, action: str, row: ProjectRow | None) -> str:
        """Why a form is of no use; it changes nothing by itself."""
        if action == "row.new":
            return ""
        if row is None:
            return "no project is selected"
        if row.pending_app and row.state is ProjectState.UNINITIALIZED:
            return NEW_IS_NOT_EDITED
        return self.allowed().get("modify", "")

    def _reviewable(self, row: ProjectRow | None) -> bool:
        badges = self.session.badges
        elsewhere = self.REVIEWS_ANY and badges is not None and badges.waiting + badges.awards > 0
        return elsewhere or (row is not None and row.pending_app > 0)

    def action_project_review(self) -> None:
        """Look at the project's waiting application; from a list, else at the oldest."""
        row = self.review_row()
        if row is not None and row.pending_app:
            self._review(row.pending_app)
        elif self.REVIEWS_ANY:
            self.start(self._review_oldest, row, group="review")

    async def _review_oldest(self, row: ProjectRow | None) -> None:
        from tui.panes.queue import pane_of, waiting

        if queue := await waiting(self.session):
            if row is not None:
                self.session.tell(f"nothing waits for {row.name}; this is the oldest", WARN)
            self.app.push_screen(pane_of(self.session, queue[0]))

    def _review(self, application: int) -> None:
        from tui.panes.review import ReviewPane

        self.app.push_screen(ReviewPane(self.session, application))

    def action_project_suspend(self) -> None:
        """Suspend, or unsuspend what is suspended."""
        self._decide("project.suspend")

    def action_project_terminate(self) -> None:
        """Terminate."""
        self._decide("project.terminate")

    def action_project_reinstate(self) -> None:
        """Reinstate."""
        self._decide("project.reinstate")

    def _decide(self, action: str) -> None:
        rows = self.decided_rows()
        if not rows:
            self.session.tell("no project is selected", WARN)
            return
        # Of several, those that are suspended already are left out rather than resumed.
        open_ones = [row for row in rows if row.state is not ProjectState.SUSPENDED]
        actor = self.session.connection.actor
        meant = model.ProjectAction(_meant(action, (open_ones or rows)[0]))
        self.decide(
            lambda row: model.ChangeProjectState(actor=actor, project=row.uuid, action=meant)
        )

    def decided_rows(self) -> Sequence[ProjectRow]:
        """The marked projects, else this one."""
        row = self.project_row()
        return [row] if row is not None else []

    def decide(self, make: Callable[[ProjectRow], Command]) -> None:
        """Preview what `make` says for the project, or for each that is marked."""
        raise NotImplementedError


def answering(command: type[model.ApplicationCommand], actor: Actor, row: ProjectRow) -> Command:
    """The answer to a project's waiting application. Raises Invalid when there is none."""
    if not row.pending_app:
        raise Invalid("no application is waiting")
    return command(actor=actor, application=row.pending_app)


_ANSWERS = frozenset({"project.approve", "project.deny"})


def _meant(action: str, row: ProjectRow) -> str:
    """The project action behind an action of the console."""
    if action == "project.suspend" and row.state is ProjectState.SUSPENDED:
        return model.ProjectAction.UNSUSPEND
    return action.removeprefix("project.")
