"""Verifies this proof of consent: python3 verify.py (Python 3.8 or newer, nothing else, no network).

Every file is what SHA256SUMS says; every entry has the hash of its columns and names the one before it of the same
person; evidence, wordings, pages shown and mails are those whose SHA-256 the entries bear. Exit code 1 if not.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLUMNS = ("number", "previous", "own_previous", "subject", "purpose", "event", "at", "content")
faults: list[str] = []
before: dict[str, str] = {}


def digest(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def file_digest(name: str) -> str:
    return sha256((HERE / name).read_bytes()).hexdigest() if (HERE / name).is_file() else "missing"


for line in (HERE / "SHA256SUMS").read_text("utf-8").splitlines():
    faults += [] if line == f"{file_digest(line[66:])}  {line[66:]}" else [f"{line[66:]}: missing or altered"]
proof = json.loads((HERE / "proof.json").read_text("utf-8"))
removed = {entry["number"]: entry["evidence"].get("redacts", []) for entry in proof["entries"]}
for entry in proof["entries"]:
    said, number = entry["evidence"], entry["number"]
    wording = "\0".join(proof["wordings"].get(said.get("wording"), []))
    checks = {
        "its columns do not give its hash": digest({c: entry[c] for c in COLUMNS}) == entry["hash"],
        "the entry before it is missing or altered": before.get(entry["subject"], "0" * 64) == entry["own_previous"],
        "its evidence is missing or altered": digest(said) == entry["content"]
        if entry["redacted"] is None
        else not said and number in removed.get(entry["redacted"], []),
        "its wording is missing or altered": said.get("wording") in (None, sha256(wording.encode()).hexdigest()),
        "its mail is missing or altered": said.get("sha256")
        in (None, file_digest(proof["mails"].get(str(said.get("message")), ""))),
    }
    for shown in filter(None, (said.get("shown"), said.get("controller"))):
        checks[f"page {shown} is missing or altered"] = file_digest(proof["exhibits"].get(shown, "")) == shown
    faults += [f"entry {number}: {what}" for what, right in checks.items() if not right]
    before[entry["subject"]] = entry["hash"]
faults += [] if removed else ["no entries: nothing is proven"]
sys.stdout.write("\n".join(faults or [f"{len(removed)} entries: all as they were written."]) + "\n")
sys.exit(1 if faults else 0)
