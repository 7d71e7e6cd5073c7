"""The keys that sign our mails, as an administrator sees them: what is there, what each is for, what to publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from nurture.delivery import dkim_keys
from nurture.delivery.dkim import PrivateKey, signing
from nurture.delivery.dkim_keys import Record
from nurture.delivery.dns import a_label
from nurture.domain.address import domain_of
from nurture.domain.definitions import Definitions
from nurture.domain.delivery_rules import Dkim
from nurture.domain.errors import InvalidInput, SettingsError


class Role(StrEnum):
    SIGNS = "signs"
    WAITS = "waits"
    """In config/delivery.yaml, but others come first."""
    UNUSED = "unused"
    """Not in config/delivery.yaml: not yet, or no longer."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``kind`` and ``record`` are missing for a key that cannot be used; ``fault`` says why."""

    selector: str
    role: Role
    file: Path
    kind: str = ""
    record: Record | None = None
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        record = self.record
        told = {
            "selector": self.selector,
            "role": self.role,
            "kind": self.kind,
            "file": str(self.file),
            "fault": self.fault,
        }
        if record is None:
            return {**told, "record": None}
        parts = {"name": record.name, "type": "TXT", "value": record.value, "strings": list(record.strings)}
        return {**told, "record": {**parts, "zone_line": record.zone_line}}


def rules_for(definitions: Definitions) -> Dkim:
    """What config/delivery.yaml says; before it says anything, the domain of our From address and no selector."""
    sender = definitions.organisation.sender.address
    return definitions.delivery.dkim or Dkim(a_label(domain_of(sender)), ())


def make_key(rules: Dkim, folder: Path, now: datetime, selector: str, *, ed25519: bool) -> tuple[SigningKey, Dkim]:
    """A new key, and the rules that would use it. Raises InvalidInput if there is one of that name."""
    selector = selector or f"nurture-{now:%Y%m}{'-ed' if ed25519 else ''}"
    key = dkim_keys.new_key(folder, selector, ed25519=ed25519)
    known = [name for name in rules.selectors if name != selector]
    role = Role.WAITS if selector in rules.selectors else Role.UNUSED
    after = Dkim(rules.domain, tuple([*known, selector] if ed25519 else [selector, *known]))
    return _described(rules, folder, selector, key, role), after


def selector_fault(selector: str) -> str:
    """Why it cannot name a key; '' if it can."""
    try:
        dkim_keys.key_file(Path(), selector)
    except InvalidInput as error:
        return error.problems["selector"]
    return ""


def missing(rules: Dkim | None, folder: Path) -> list[tuple[str, str]]:
    """(file or setting, what is wrong with it) for which no start would be possible, as nothing could be signed."""
    try:
        dkim_keys.load_sealer(rules, folder)
    except SettingsError as error:
        return list(error.faults)
    return []


def all_keys(rules: Dkim, folder: Path) -> list[SigningKey]:
    """Those of config/delivery.yaml in its order, then whatever else lies in the folder."""
    names = [*rules.selectors, *(name for name in dkim_keys.selectors(folder) if name not in rules.selectors)]
    keys, faults = _load(folder, names)
    used = tuple(signing([(name, keys[name]) for name in rules.selectors if name in keys]))
    return [
        _described(rules, folder, name, keys[name], _role(rules, used, name))
        if name in keys
        else SigningKey(name, _role(rules, used, name), dkim_keys.key_file(folder, name), fault=faults[name])
        for name in names
    ]


def _load(folder: Path, names: list[str]) -> tuple[dict[str, PrivateKey], dict[str, str]]:
    keys, faults = {}, {}
    for name in names:
        try:
            keys[name] = dkim_keys.load_key(folder, name)
        except SettingsError as error:
            faults[name] = "; ".join(said for _, said in error.faults)
    return keys, faults


def _role(rules: Dkim, used: tuple[str, ...], name: str) -> Role:
    if name in used:
        return Role.SIGNS
    return Role.WAITS if name in rules.selectors else Role.UNUSED


def _described(rules: Dkim, folder: Path, name: str, key: PrivateKey, role: Role) -> SigningKey:
    record = dkim_keys.record(rules.domain, name, key)
    return SigningKey(name, role, dkim_keys.key_file(folder, name), dkim_keys.kind(key), record)
