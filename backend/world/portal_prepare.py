"""From the openportal section of a file to the records that a database lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.database.tx import Tx
from backend.core.errors import Invalid
from backend.decode import Path, refuse
from backend.openportal.model import State
from backend.openportal.work import settings
from backend.world import portal_convert as convert
from backend.world import portal_encode
from backend.world.check import Names, check_known, once
from backend.world.portal_format import LocalFile, PortalFile, PortalUserFile, RemoteFile
from backend.world.portal_model import PortalWorld
from backend.world.present import same

SECTION = "openportal"
IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "allocation_user_usage": ("allocation_uuid", "year", "month", "username"),
    "managed_projects": ("identifier", "destination"),
}
"""The keys that name an object, `uuid` elsewhere."""
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "projects": {"customer_uuid": "customers"},
    "service_settings": {"customer_uuid": "customers"},
    "allocations": {"project_uuid": "projects"},
    "remote_allocations": {"project_uuid": "projects"},
    "allocation_user_usage": {"allocation_uuid": "allocations", "user_uuid": "users"},
    "associations": {"allocation_uuid": "allocations"},
    "managed_projects": {"project_uuid": "projects"},
    "remote_projects": {"project_uuid": "projects"},
}
"""What keys refer to, where they are not null."""
UNIQUE: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "users": lambda one: one["username"],
    "projects": lambda one: one["_bursar"]["shortname"],
    "remote_projects": lambda one: (one["project_uuid"], one["destination"]),
}
"""What two objects may not have in common, None where it may be missing."""
KINDS: Mapping[str, str] = {"allocations": "OPENPORTAL", "remote_allocations": "OPENPORTALREMOTE"}
"""The type of services that allocations are on."""

Objects = Mapping[str, Mapping[tuple[object, ...], dict[str, object]]]


def identity(section: str, told: Mapping[str, object]) -> tuple[object, ...]:
    """What names an object of a section."""
    return tuple(told[name] for name in IDENTITIES.get(section, ("uuid",)))


def there(tx: Tx) -> Objects:
    """Read what is there, as objects of a file."""
    return {
        section: {identity(section, one): one for one in objects}
        for section, objects in portal_encode.sections(tx).items()
    }


def prepare(file: PortalFile, found: Objects, now: int) -> PortalWorld:
    """The records to write. Raises Invalid about the file, Conflict where the database differs."""
    return _Preparation(file, found, now).lacking()


@dataclass(slots=True)
class _Preparation:
    """One section of a file against one database."""

    file: PortalFile
    found: Objects
    now: int

    def lacking(self) -> PortalWorld:
        """Everything that is new."""
        self._check()
        both = [*self._new("allocations"), *self._new("remote_allocations")]
        return PortalWorld(
            [convert.customer(one, self.now) for one in self._new("customers")],
            [convert.project(one, self.now) for one in self._new("projects")],
            [convert.account(one, self.now) for one in self._new("users")],
            [convert.service(one) for one in self._new("service_settings")],
            [convert.allocation(one, self.now) for one in both],
            [convert.usage(one) for one in self._new("allocation_user_usage")],
            [convert.association(one) for one in self._new("associations")],
            [convert.award(one, self.now) for one in self._new("managed_projects")],
            [convert.remote_project(one, self.now) for one in self._new("remote_projects")],
        )

    def _told(self, section: str) -> Sequence[Any]:
        told: Sequence[Any] = getattr(self.file, section)
        return told

    def _mine(self, section: str) -> Mapping[tuple[object, ...], dict[str, object]]:
        return self.found.get(section, {})

    def _new(self, section: str) -> Iterator[Any]:
        for n, one in enumerate(self._told(section)):
            mine = self._mine(section).get(_identity(section, one))
            if mine is None or not same(one, mine, (SECTION, section, n)):
                yield one

    def _check(self) -> None:
        known = {section: self._known(section) for section in PortalFile.model_fields}
        known["allocations"] |= known["remote_allocations"]
        for section in PortalFile.model_fields:
            told = self._told(section)
            once((SECTION, section), ((_identity(section, one), "") for one in told))
            for name, of in REFERENCES.get(section, {}).items():
                self._check_known(section, name, known[of])
            self._check_unique(section)
        self._check_users(known)
        self._check_services()
        self._check_allocations()

    def _known(self, section: str) -> set[str]:
        told = {str(one) for one, *_ in self._mine(section)}
        return told | {one.uuid for one in self._told(section) if hasattr(one, "uuid")}

    def _check_known(self, section: str, name: str, known: set[str]) -> None:
        for n, one in enumerate(self._told(section)):
            check_known(getattr(one, name), known, (SECTION, section, n, name))

    def _check_unique(self, section: str) -> None:
        name_of = UNIQUE.get(section)
        if name_of is None:
            return
        mine = self._mine(section).items()
        names = Names({name_of(one): _words(key) for key, one in mine})
        for n, one in enumerate(self._told(section)):
            name = name_of(one.model_dump(by_alias=True))
            if name is not None:
                names.claim(name, _words(_identity(section, one)), (SECTION, section, n))

    def _check_users(self, known: Mapping[str, set[str]]) -> None:
        for n, user in enumerate(self.file.users):
            self._check_permissions(user, known, (SECTION, "users", n, "permissions"))

    def _check_permissions(
        self, user: PortalUserFile, known: Mapping[str, set[str]], at: Path
    ) -> None:
        once(at, (((one.scope_uuid, one.role), "role") for one in user.permissions))
        for k, one in enumerate(user.permissions):
            check_known(one.scope_uuid, known[f"{one.scope_type}s"], (*at, k, "scope_uuid"))
            if (one.role == "owner") != (one.scope_type == "customer"):
                told = f"is no role in a {one.scope_type}"
                refuse((*at, k, "role"), one.role, told, "owners are of customers, others not")

    def _check_services(self) -> None:
        for n, one in enumerate(self.file.service_settings):
            at: Path = (SECTION, "service_settings", n, "_bursar", "simulator")
            told = one.extra.simulator
            try:
                settings.read(convert.to_text(told))
            except Invalid as error:
                refuse(at, told, f"cannot be: {error.message}", error.hint)

    def _check_allocations(self) -> None:
        kinds = {str(one["uuid"]): one["type"] for one in self._mine("service_settings").values()}
        kinds |= {one.uuid: one.type for one in self.file.service_settings}
        whose, keys = Names(), Names(self._keys())
        for section, kind in KINDS.items():
            whose.there = {one: other for other in KINDS for (one,) in self._mine(other)}
            known = {uuid for uuid, type in kinds.items() if type == kind}
            for n, one in enumerate(self._told(section)):
                at: Path = (SECTION, section, n)
                whose.claim(one.uuid, section, (*at, "uuid"))
                check_known(one.service_settings_uuid, known, (*at, "service_settings_uuid"))
                self._check_job(one, keys, at)

    def _keys(self) -> Mapping[Any, str]:
        """By which keys resource backends know what is under way with which allocation."""
        rows = ((key, one) for of in KINDS for key, one in self._mine(of).items())
        told: list[tuple[str, Any]] = [(_words(key), one["_bursar"]) for key, one in rows]
        return {left["job"]["key"]: uuid for uuid, left in told if "job" in left}

    def _check_job(self, one: LocalFile | RemoteFile, keys: Names, at: Path) -> None:
        job = one.extra.job
        if job is None:
            return
        keys.claim(job.key, one.uuid, (*at, "_bursar", "job", "key"))
        if not State(one.state).busy:
            hint = "leave the job out, or correct the state"
            refuse((*at, "state"), one.state, "but something is under way", hint)


def _words(identity: tuple[object, ...]) -> str:
    return " ".join(map(str, identity))


def _identity(section: str, one: Any) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in IDENTITIES.get(section, ("uuid",)))
