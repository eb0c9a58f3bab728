"""What lists of projects share: the detail beside them, and what opens from a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.projects.model.rows import ProjectRow
from tui.format.lines import Build
from tui.panes.listpane import ListPane

if TYPE_CHECKING:
    from backend.projects.model import ProjectDetail


class ProjectList(ListPane[ProjectRow], inherit_bindings=False):
    """A subclass says which projects and in which columns."""

    PANE = "projects"
    _found: ProjectDetail | None = None

    async def detail(self, row: ProjectRow) -> Build:
        """What there is to know at a glance."""
        from tui.panes.project_text import last_day, summary

        found = self._found = await self.session.backend.projects.detail(row.key)
        past = await last_day(self.session.backend, found)
        self.show_chrome()
        key = self.session.key("project.review")
        return lambda look: summary(found, past, look, key)

    def open_row(self, row: ProjectRow) -> None:
        """Everything about a project, on the whole screen."""
        from tui.panes.project import ProjectPane

        self.app.push_screen(ProjectPane(self.session, row.key))

    def raw(self, row: ProjectRow) -> None:
        """As the system's API shows it."""
        self.start(self._show_raw, row, group="raw")

    async def _show_raw(self, row: ProjectRow) -> None:
        from tui.panes.raw import RawPane

        data = await self.session.backend.projects.raw(row.key)
        self.app.push_screen(RawPane(self.session, self.PANE, (*self.path(), row.name), data))

    def copied(self, row: ProjectRow) -> str:
        """The uuid."""
        return row.uuid
