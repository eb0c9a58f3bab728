"""What can be done with a project, from the list and from its own screen."""

from __future__ import annotations

from typing import ClassVar

from backend.projects.model import ChangeProjectState, ProjectAction, ProjectDetail, ProjectState
from tui.actions import Action
from tui.panes.pane import Pane


class ProjectActions(Pane, inherit_bindings=False):
    """Suspend, unsuspend, terminate, reinstate and review the project that `subject` gives."""

    _DOES: ClassVar[dict[str, ProjectAction]] = {
        "project.terminate": ProjectAction.TERMINATE,
        "project.reinstate": ProjectAction.REINSTATE,
    }

    def subject(self) -> ProjectDetail | None:
        """The project under the cursor, None while it is not read."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """The backend says what the state of the project permits."""
        found, why = self.subject(), super().refusal(action)
        if why or found is None:
            return why
        if action.id == "project.review":
            return found.allowed.get("review", "")
        if action.id == "project.suspend":
            return found.allowed.get(_toggle(found), "")
        return found.allowed.get(self._DOES.get(action.id, ""), "")

    def action_project_review(self) -> None:
        """Look at the waiting application."""
        found = self.subject()
        if found is not None and found.pending is not None:
            from tui.panes.review import ReviewPane

            self.app.push_screen(ReviewPane(self.session, found.pending.id))

    def action_project_suspend(self) -> None:
        """Suspend, or unsuspend what is suspended."""
        if (found := self.subject()) is not None:
            self._decide(found, _toggle(found))

    def action_project_terminate(self) -> None:
        """Terminate."""
        if (found := self.subject()) is not None:
            self._decide(found, ProjectAction.TERMINATE)

    def action_project_reinstate(self) -> None:
        """Reinstate."""
        if (found := self.subject()) is not None:
            self._decide(found, ProjectAction.REINSTATE)

    def _decide(self, found: ProjectDetail, action: ProjectAction) -> None:
        actor = self.session.connection.actor
        self.change(ChangeProjectState(actor=actor, project=found.project.uuid, action=action))


def _toggle(found: ProjectDetail) -> ProjectAction:
    suspended = found.project.state is ProjectState.SUSPENDED
    return ProjectAction.UNSUSPEND if suspended else ProjectAction.SUSPEND
