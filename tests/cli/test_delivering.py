"""Keys that sign mails, and the doctor, as a shell calls them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.commands import ROOT, Command

from nurture import definitions
from nurture.cli import main
from nurture.delivery.dns import NoSuchName, SystemResolver
from nurture.domain.delivery_rules import DeliveryRules

PAGE = ROOT / "docs" / "deliverability.md"
Call = Callable[..., Result]
DOMAIN = "news.hallmann-brueck.example"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The shipped example with a config/ of its own."""
    folder = tmp_path / "home"
    shutil.copytree(ROOT / "config", folder / "config")
    for name in ("campaigns", "mail_templates"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture
def call(environment: dict[str, str]) -> Call:
    """``call("dkim", "show")`` in this process, which is quicker than one for each command."""

    def run(*arguments: str, **variables: str) -> Result:
        return CliRunner().invoke(main, arguments, env={**environment, **variables})

    return run


def sign_with(home: Path, *selectors: str) -> None:
    path = home / "config" / "delivery.yaml"
    text = path.read_text() if path.exists() else ""
    path.write_text(f"{text}\ndkim: {{domain: {DOMAIN}, selectors: [{', '.join(selectors)}]}}\n")


def test_a_new_key_and_what_to_publish(call: Call, home: Path) -> None:
    done = call("dkim", "new", "--selector", "n2026a")
    key = home / "var" / "dkim" / "n2026a.pem"
    assert (done.exit_code, done.stderr) == (0, "")
    assert key.stat().st_mode & 0o777 == 0o600 and key.parent.stat().st_mode & 0o777 == 0o700
    assert f"name   n2026a._domainkey.{DOMAIN}\n" in done.stdout
    assert "value  v=DKIM1; k=rsa; p=MII" in done.stdout
    assert f'n2026a._domainkey.{DOMAIN}. 3600 IN TXT ( "v=DKIM1;' in done.stdout
    assert f"     domain: {DOMAIN}\n     selectors: [n2026a]" in done.stdout
    assert "PRIVATE" not in done.stdout
    before = key.read_bytes()
    again = call("dkim", "new", "--selector", "n2026a")
    assert again.exit_code == 1 and "exists and is never overwritten" in again.stderr
    assert key.read_bytes() == before


@pytest.mark.parametrize("wrong", ["../../n", "a b", "ü", "", "A", "-a"])
def test_a_selector_that_is_none_is_a_command_written_wrongly(wrong: str, call: Call, home: Path) -> None:
    done = call("dkim", "new", "--selector", wrong)
    assert done.exit_code == 2 and "is not possible" in done.stderr
    assert not (home / "var" / "dkim").exists()


def test_a_new_key_for_scripts(call: Call, home: Path, tmp_path: Path) -> None:
    sign_with(home, "old")
    mounted = tmp_path / "secrets"
    mounted.mkdir(mode=0o700)
    told = json.loads(call("dkim", "new", "--json", "--selector", "next", NURTURE_DKIM_FOLDER=str(mounted)).stdout)
    assert set(told) == {"selector", "role", "kind", "file", "fault", "record", "config"}
    assert told["file"] == str(mounted / "next.pem")
    assert told["config"] == {"domain": DOMAIN, "selectors": ["next", "old"]}
    assert set(told["record"]) == {"name", "type", "value", "strings", "zone_line"}
    assert "".join(told["record"]["strings"]) == told["record"]["value"]
    second = json.loads(call("dkim", "new", "--json", "--ed25519", NURTURE_DKIM_FOLDER=str(mounted)).stdout)
    assert second["kind"] == "ed25519" and second["selector"].endswith("-ed")
    assert second["config"]["selectors"] == ["old", second["selector"]]


def test_showing_keys(call: Call, home: Path) -> None:
    none = call("dkim", "show")
    assert (none.exit_code, none.stdout) == (0, "There is no key yet; make one with: nurture dkim new\n")
    for selector in ("a", "b", "c"):
        call("dkim", "new", "--selector", selector)
    call("dkim", "new", "--selector", "ed", "--ed25519")
    sign_with(home, "b", "a", "ed")
    told = json.loads(call("dkim", "show", "--json").stdout)
    assert [(key["selector"], key["role"]) for key in told["keys"]] == [
        ("b", "signs"),
        ("a", "waits"),
        ("ed", "signs"),
        ("c", "unused"),
    ]
    (home / "var" / "dkim" / "a.pem").chmod(0o640)
    shown = call("dkim", "show")
    assert shown.exit_code == 1
    assert "b  rsa, signs" in shown.stdout and "others may read this key (mode 0640)" in shown.stdout


def test_a_missing_key_is_a_start_refused(shell: Command, call: Call, home: Path) -> None:
    """Commands that send nothing go on working; the check says it beforehand."""
    sign_with(home, "gone", "lost")
    checked = call("check")
    assert checked.exit_code == 1
    assert "In order" not in checked.stdout
    assert checked.stderr.count("this key is missing") == 2
    told = json.loads(call("check", "--json").stdout)
    assert (told["ok"], [fault["path"] for fault in told["faults"]], told["mails"]) == (False, ["dkim.selectors"] * 2, [])
    refused = shell("run", "--port", "0")
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    for selector in ("gone", "lost"):
        assert (
            f"{selector}.pem: this key is missing; make one with: nurture dkim new --selector {selector}" in refused.stderr
        )
    assert not (home / "var" / "nurture.db").exists()
    assert call("export", "contacts").exit_code == 0


@pytest.mark.parametrize("block", re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL))
def test_what_the_administrators_page_says_of_the_file_is_in_order(block: str, home: Path) -> None:
    (home / "config" / "delivery.yaml").write_text(block)
    assert definitions.load(home).delivery != DeliveryRules()


def test_the_doctor_says_what_to_publish(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a DNS without anything; the real one is not asked."""

    def nothing(_: SystemResolver, name: str, *__: object) -> None:
        raise NoSuchName(name)

    monkeypatch.setattr(SystemResolver, "_ask", nothing)
    done = call("doctor", "--offline", "--ip", "192.0.2.25")
    assert done.exit_code == 1 and "Traceback" not in done.stderr
    assert done.stdout.startswith(f"Mails from katrin.brueck@{DOMAIN}\n")
    assert "  FAIL  " in done.stdout and "        -> " in done.stdout
    assert done.stdout.splitlines()[-1].endswith(" in order.")
    told = json.loads(call("doctor", "--offline", "--json").stdout)
    assert told["ok"] is False
    assert all(set(finding) == {"level", "area", "where", "what", "change"} for finding in told["findings"])
    assert call("doctor", "--ip", "nonsense").exit_code == 2
