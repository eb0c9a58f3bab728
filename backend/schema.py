"""Every schema step in order; appended to, never renumbered (design §4)."""

from __future__ import annotations

from backend.core import journal, tables
from backend.core.database import Step
from backend.nico import schema as nico
from backend.notices import schema as notices
from backend.openportal import schema as openportal
from backend.placement import schema as placement
from backend.projects import store as projects
from backend.quotas import schema as quotas

STEPS = (
    Step("journal", journal.SCHEMA),
    Step("quotas", quotas.SCHEMA),
    Step("projects", projects.SCHEMA),
    Step("principals", tables.PRINCIPALS),
    Step("notices", notices.SCHEMA),
    Step("history", quotas.HISTORY),
    Step("names", projects.NAMES),
    Step("grants", tables.GRANTS),
    Step("once", tables.ONCE),
    Step("unknown", quotas.UNKNOWN + projects.UNKNOWN),
    Step("placement", placement.SCHEMA),
    Step("openportal", openportal.SCHEMA),
    Step("nico", nico.SCHEMA),
)
