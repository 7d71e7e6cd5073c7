"""Verifies this proof of consent: python3 verify.py (Python 3.8 or newer, nothing else). Exit code 1: it does not hold."""

import json
import sys
from hashlib import sha256
from pathlib import Path

COLUMNS = ("number", "previous", "own_previous", "subject", "purpose", "event", "at", "content")
NAMED = {"wording": "wording", "shown": "page shown", "controller": "controller", "sha256": "mail"}


def file(name: str) -> bytes:
    path = Path(__file__).resolve().parent / name
    return path.read_bytes() if path.is_file() else b""


def digest(said: object) -> str:
    plain = said if isinstance(said, bytes) else json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    return sha256(plain).hexdigest()


sums = [line.split("  ", 1) for line in file("SHA256SUMS").decode().splitlines()]
proof = json.loads(file("proof.json"))
here = {digest(file(name)) for name in [*proof["exhibits"].values(), *proof["mails"].values()]}
here |= {digest("\0".join(words).encode()) for words in proof["wordings"].values()}
removed = {entry["number"]: entry["evidence"].get("redacts", []) for entry in proof["entries"]}
before = dict.fromkeys(proof["subjects"], "0" * 64)
faults = [f"{name} is missing or altered" for sha, name in sums if digest(file(name)) != sha]
for entry in proof["entries"]:
    said, number, by = entry["evidence"], entry["number"], entry["redacted"]
    right = {
        "one of its columns": digest({column: entry[column] for column in COLUMNS}) == entry["hash"],
        "the entry before it": before.get(entry["subject"]) == entry["own_previous"],
        "its evidence": not said and number in removed.get(by, []) if by else digest(said) == entry["content"],
        "a wording offered": here.issuperset(said.get("offered", {}).values()),
        **{f"its {what}": said.get(name) in {None, *here} for name, what in NAMED.items()},
    }
    faults += [f"entry {number}: {what} is missing or altered" for what, holds in right.items() if not holds]
    before[entry["subject"]] = entry["hash"]
faults += [] if sums and removed else ["nothing is proven: the digests or all entries are missing"]
sys.stdout.write("\n".join(faults or [f"{len(removed)} entries: all as they were written."]) + "\n")
sys.exit(1 if faults else 0)
