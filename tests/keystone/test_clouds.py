"""clouds.yaml as OpenStack's own tools read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.core.errors import Invalid
from backend.keystone.clouds import cloud
from backend.keystone.login import Login

AUTH = """    auth:
      auth_url: https://identity.test/v3
      username: ada
      project_name: ops
"""
PROD = f"clouds:\n  prod:\n    region_name: one\n{AUTH}      password: pw\n"


def written(file: Path, text: str, mode: int = 0o600) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs this."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("OS_CLIENT_CONFIG_FILE", raising=False)
    monkeypatch.delenv("OS_CLIENT_SECURE_FILE", raising=False)


EXPECTED = Login(
    {"auth_url": "https://identity.test/v3", "username": "ada", "project_name": "ops"}, "pw", "one"
)


def test_a_named_file(tmp_path: Path) -> None:
    assert cloud("prod", written(tmp_path / "x" / "mine.yaml", PROD)) == EXPECTED


@pytest.mark.parametrize("place", ["clouds.yaml", "config/openstack/clouds.yml"])
def test_the_search_path(tmp_path: Path, place: str) -> None:
    written(tmp_path / place, PROD)
    assert cloud("prod") == EXPECTED


def test_a_variable_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "clouds.yaml", PROD.replace("pw", "other"))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(written(tmp_path / "x.yaml", PROD)))
    assert cloud("prod").secret == "pw"


def test_secrets_of_their_own_file(tmp_path: Path) -> None:
    shown = f"clouds:\n  prod:\n    region_name: one\n{AUTH}"
    hidden = "clouds:\n  prod:\n    auth:\n      password: pw\n"
    written(tmp_path / "clouds.yaml", shown, 0o644)
    written(tmp_path / "secure.yaml", hidden)
    assert cloud("prod") == EXPECTED
    assert cloud("prod", tmp_path / "clouds.yaml") == EXPECTED


def test_an_application_credential(tmp_path: Path) -> None:
    text = """clouds:
  ci:
    auth_type: v3applicationcredential
    interface: internal
    cacert: /etc/ssl/cloud.pem
    auth:
      auth_url: https://identity.test
      application_credential_id: id
      application_credential_secret: shh
"""
    written(tmp_path / "clouds.yaml", text)
    auth = {"auth_url": "https://identity.test", "application_credential_id": "id"}
    assert cloud("ci") == Login(auth, "shh", "", "internal", Path("/etc/ssl/cloud.pem"))


def test_others_must_not_read_secrets(tmp_path: Path) -> None:
    written(tmp_path / "clouds.yaml", PROD, 0o644)
    with pytest.raises(Invalid, match="others may read it") as caught:
        cloud("prod")
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PROD.replace("prod", "other"), "there is no cloud prod"),
        ("clouds: [1]", "no section clouds"),
        ("- x", "no section clouds"),
        ("", "no section clouds"),
        ("clouds: {prod: {", "no YAML in line 1"),
        (PROD.replace("      password: pw\n", ""), "no secret"),
        (PROD.replace("auth_url", "auth_uri"), "no auth_url"),
        (PROD.replace("region_name: one", "verify: false"), "always verified"),
        (PROD.replace("region_name: one", "auth_type: v3kerberos"), "v3kerberos is not supported"),
        (PROD.replace("region_name: one", "interface: wan"), "interface: wan"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, says: str) -> None:
    written(tmp_path / "clouds.yaml", text)
    with pytest.raises(Invalid, match=says) as caught:
        cloud("prod")
    assert caught.value.data["usage"]
    assert "pw" not in str(caught.value)


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"there is no clouds\.yaml"):
        cloud("prod")
    with pytest.raises(Invalid, match="No such file"):
        cloud("prod", tmp_path / "none.yaml")
