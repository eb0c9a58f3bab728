"""Projects and applications by form, from the list of projects and from a project's screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.projects.model.rows import ProjectRow
from tui.actions import EDITS, Action
from tui.panes.pane import Pane

if TYPE_CHECKING:
    from tui.forms.form import Form

NEW_IS_NOT_EDITED = "approve or deny a new project as it is: only modifications are edited"
FORMS = ("row.new", *EDITS)
APPLY, REPLACE, IN_PLACE = "apply", "replace", "in place"
ENDS = {APPLY: "SubmitApplication", REPLACE: "SubmitApplication", IN_PLACE: "ModifyProject"}
"""The command that each way ends in."""


def ways_of(row: ProjectRow) -> Sequence[tuple[str, str]]:
    """How a project can be changed; what a waiting application asks for comes first, and is not
    replaced by one that starts from something else."""
    number = row.pending_app
    if row.is_base and not number:
        return ((IN_PLACE, ""),)
    if not number:
        return (
            (APPLY, "Apply for it in somebody's name"),
            (IN_PLACE, "Change it in place, at once"),
        )
    return (
        (REPLACE, f"Edit what application #{number} asks for"),
        (IN_PLACE, f"Change it in place, at once; #{number} goes on waiting"),
    )


class ProjectForms(Pane, inherit_bindings=False):
    """Applies for a new project, and changes the project of `project_row`."""

    def project_row(self) -> ProjectRow | None:
        """The project, None when there is none."""
        raise NotImplementedError

    def gives(self, action: Action) -> Sequence[str]:
        """What the ways to change the project end in."""
        row = self.project_row()
        if row is None or action.id not in EDITS:
            return super().gives(action)
        return [ENDS[way] for way, _ in ways_of(row)]

    def action_row_new(self) -> None:
        """Apply for a new project."""
        self.fill_in(self._application)

    def action_row_edit(self) -> None:
        """Change the project by a form."""
        self.fill_in(self._change_of_project)

    def action_row_editor(self) -> None:
        """Change the project as a text."""
        self.fill_in(self._change_of_project, editor=True)

    async def _application(self) -> Form:
        from tui.forms import of_session

        return (await self.waiting(of_session(self.session))).application()

    async def _change_of_project(self) -> Form | None:
        """The form of the way that the operator chooses, where there is more than one."""
        from tui.forms import of_session
        from tui.widgets.choice import Choice

        if (row := self.project_row()) is None:
            return None
        projects = self.session.backend.projects
        ways = [one for one in ways_of(row) if not self.session.lacking([ENDS[one[0]]])]
        found = await self.waiting(projects.detail(row.key))
        forms = await self.waiting(of_session(self.session))
        way: str | None = ways[0][0]
        if len(ways) > 1:
            way = await self.chosen(Choice(f"Change {row.name}", ways))
        if way == REPLACE:
            return forms.replacement(await self.waiting(projects.review(row.pending_app)))
        if way == APPLY:
            return forms.modification(found)
        return forms.in_place(found) if way else None
