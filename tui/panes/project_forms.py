"""Projects and applications by form, from the list of projects and from a project's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.projects.model.rows import ProjectRow
from tui.panes.pane import Pane

if TYPE_CHECKING:
    from tui.forms.form import Form

FORMS = ("row.new", "row.edit", "row.editor")
APPLY, IN_PLACE = "apply", "in place"
WAYS = (
    (APPLY, "Apply for it in somebody's name"),
    (IN_PLACE, "Change it in place, at once"),
)


class ProjectForms(Pane, inherit_bindings=False):
    """Applies for a new project, and changes the project of `project_row`."""

    def project_row(self) -> ProjectRow | None:
        """The project, None when there is none."""
        raise NotImplementedError

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

        return (await of_session(self.session)).application()

    async def _change_of_project(self) -> Form | None:
        """The form of the way that the operator chooses; base projects have only one."""
        from tui.forms import of_session
        from tui.widgets.choice import Choice

        if (row := self.project_row()) is None:
            return None
        found = await self.session.backend.projects.detail(row.key)
        forms = await of_session(self.session)
        if row.is_base:
            return forms.in_place(found)
        way = await self.app.push_screen_wait(Choice(f"Change {row.name}", WAYS))
        if way is None:
            return None
        return forms.in_place(found) if way == IN_PLACE else forms.modification(found)
