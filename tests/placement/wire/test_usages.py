"""What projects use (spec placement §7, 53-54)."""

from __future__ import annotations

import pytest

from tests.placement.wire.cloud import Cloud, error, fresh

STOCK = {"VCPU": {"total": 100}, "DISK_GB": {"total": 100}}


@pytest.fixture
def project(any_cloud: Cloud) -> str:
    """A project with two instances, a migration and an untyped consumer of 1.37."""
    p, name = any_cloud.provider(STOCK), fresh()
    any_cloud.holding(p, {"VCPU": 1, "DISK_GB": 10}, project=name)
    any_cloud.holding(p, {"VCPU": 2}, project=name, user="other")
    any_cloud.holding(p, {"VCPU": 3}, project=name, kind="MIGRATION")
    any_cloud.holding(p, {"VCPU": 5}, project=name, version="1.37")
    return name


def test_p53_usages_flat_and_by_type(any_cloud: Cloud, project: str) -> None:
    path = f"/usages?project_id={project}"
    assert any_cloud.get(path, "1.37") == {"usages": {"VCPU": 11, "DISK_GB": 10}}
    grouped = {
        "INSTANCE": {"VCPU": 3, "DISK_GB": 10, "consumer_count": 2},
        "MIGRATION": {"VCPU": 3, "consumer_count": 1},
        "unknown": {"VCPU": 5, "consumer_count": 1},
    }
    assert any_cloud.get(path, "1.38") == {"usages": grouped}
    for kind in ("MIGRATION", "unknown"):
        told = any_cloud.get(f"{path}&consumer_type={kind}", "1.38")
        assert told == {"usages": {kind: grouped[kind]}}


def test_p53_all_is_one_group_and_the_user_narrows(any_cloud: Cloud, project: str) -> None:
    path = f"/usages?project_id={project}"
    both = any_cloud.get(f"{path}&consumer_type=all", "1.38")
    assert both == {"usages": {"all": {"VCPU": 11, "DISK_GB": 10, "consumer_count": 4}}}
    mine = f"{path}&user_id=other"
    assert any_cloud.get(mine, "1.37") == {"usages": {"VCPU": 2}}
    told = any_cloud.get(mine, "1.38")
    assert told == {"usages": {"INSTANCE": {"VCPU": 2, "consumer_count": 1}}}
    assert any_cloud.get(f"{path}&consumer_type=NOBODY", "1.38") == {"usages": {}}


def test_p54_usages_are_a_project_s(any_cloud: Cloud) -> None:
    for query in ("", "?project_id=a&limit=1", "?project_id=a&consumer_type=instance"):
        answer = any_cloud.ask("GET", f"/usages{query}")
        assert answer.status_code == 400
        assert "Invalid query string parameters: " in error(answer)["detail"]
    assert any_cloud.get(f"/usages?project_id={fresh()}") == {"usages": {}}
    assert any_cloud.ask("GET", "/usages?project_id=a", version="1.8").status_code == 404
