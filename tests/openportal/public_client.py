"""What the public client `waldur-api-client` makes of a server; runs in an environment of its own,
told by JSON on its input and telling by JSON, without anything of ours."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import UUID

ROOT = "waldur_api_client"
KINDS = {False: "openportal_allocations", True: "openportal_remote_allocations"}
MODELS = {False: "Allocation", True: "RemoteAllocation"}
FILES = {False: "allocation", True: "remote_allocation"}


class Operations:
    """The client's operations on one of both resources."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.remote: bool = told["remote"]
        client = import_module(f"{ROOT}.client").AuthenticatedClient
        self.client = client(base_url=told["url"], token=told["token"])

    def call(self, operation: str, *parts: object, how: str = "sync", **given: Any) -> Any:
        """What an operation answers, as the client understands it."""
        kind = KINDS[self.remote]
        module = import_module(f"{ROOT}.api.{kind}.{kind}_{operation}")
        return getattr(module, how)(*parts, client=self.client, **given)

    def has(self, operation: str) -> bool:
        """Whether this version of the client knows it."""
        kind = KINDS[self.remote]
        try:
            import_module(f"{ROOT}.api.{kind}.{kind}_{operation}")
        except ModuleNotFoundError:
            return False
        return True

    def model(self, before: str, after: str, **values: Any) -> Any:
        """A body by the name of its model."""
        file = "_".join(filter(None, (before.lower(), FILES[self.remote], after.lower())))
        found = import_module(f"{ROOT}.models.{file}")
        name = f"{before}{MODELS[self.remote]}{''.join(map(str.title, after.split('_')))}"
        return getattr(found, name)(**values)

    def list(self) -> None:
        """All rows with states and columns, and page by page."""
        states = import_module(f"{ROOT}.models.core_states").CoreStates
        customer = UUID(self.told["customer"])
        rows = self.call("list", customer_uuid=customer, page_size=3, state=[states.OK])
        assert len(rows) == 3
        assert {type(row.uuid) for row in rows} == {UUID}
        assert {row.state for row in rows} == {states.OK}
        if self.newest:
            every = self.call("list", how="sync_all", customer_uuid=customer)
            assert len({row.uuid for row in every}) == len(every) == self.told["count"]

    @property
    def newest(self) -> bool:
        """Whether it walks pages by itself and marks rows."""
        return self.has("set_ok")

    def count(self) -> None:
        """HEAD."""
        customer = UUID(self.told["customer"])
        assert self.call("count", customer_uuid=customer) == self.told["count"]

    def retrieve(self) -> None:
        """One row."""
        row = self.call("retrieve", UUID(self.told["settled"]))
        assert row.node_usage == "86.40"
        assert row.uuid.hex == self.told["settled"]

    def create(self) -> None:
        """A new row."""
        made = self.call("create", body=self.model("", "Request", **self.told["body"]))
        assert made.state.value == "CREATION_SCHEDULED"

    def update(self) -> None:
        """PUT."""
        body = self.model("", "Request", **{**self.told["body"], "name": "put"})
        assert self.call("update", UUID(self.told["settled"]), body=body).name == "put"

    def partial_update(self) -> None:
        """PATCH."""
        body = self.model("Patched", "Request", name="patched")
        row = self.call("partial_update", UUID(self.told["settled"]), body=body)
        assert (row.name, row.node_limit) == ("patched", 100)

    def pull(self) -> None:
        """POST pull."""
        self.call("pull", UUID(self.told["pulled"]), how="sync_detailed")

    def set_limits(self) -> None:
        """POST set_limits."""
        body = self.model("", "Set_Limits_Request", node_limit=7)
        row = UUID(self.told["settled"])
        answer = self.call("set_limits", row, body=body, how="sync_detailed")
        assert answer.parsed is None or answer.parsed.node_limit == 7

    def set_erred(self) -> None:
        """POST set_erred."""
        body = import_module(f"{ROOT}.models.set_erred_request").SetErredRequest("broken")
        self.call("set_erred", UUID(self.told["stuck"]), body=body)

    def set_ok(self) -> None:
        """POST set_ok."""
        self.call("set_ok", UUID(self.told["stuck"]))

    def unlink(self) -> None:
        """POST unlink."""
        self.call("unlink", UUID(self.told["stuck"]), how="sync_detailed")

    def destroy(self) -> None:
        """DELETE."""
        self.call("destroy", UUID(self.told["doomed"]), how="sync_detailed")


NAMES = ["list", "count", "retrieve", "create", "update", "partial_update"]
NAMES += ["pull", "set_limits", "set_erred", "set_ok", "unlink", "destroy"]


def outcome(do: Callable[[], None]) -> str:
    """`ok`, or what went wrong."""
    try:
        do()
    except Exception as error:  # whatever the client makes of an answer is told
        return f"{type(error).__name__}: {error}"
    return "ok"


if __name__ == "__main__":
    operations = Operations(json.load(sys.stdin))
    found = {name: outcome(getattr(operations, name)) for name in NAMES if operations.has(name)}
    json.dump(found, sys.stdout)
