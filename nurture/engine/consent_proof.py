"""One person's consents as one file: a ZIP that speaks for itself and can be verified offline.

proof.html  proof.pdf   for people           mails/      the opt-in mails as they were sent
proof.json              for programs         exhibits/   forms and pages as they were shown
verify.py               checks all of it     SHA256SUMS  digests of all files
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from nurture.domain.audit import Actor
from nurture.engine.proof.document import document
from nurture.engine.proof.material import Entry, Proof, gather
from nurture.engine.proof.page import page
from nurture.engine.runtime import Runtime
from nurture.store import audit
from nurture.store.database import reading, transaction

FORMAT = "nurture-consent-proof/1"
VERIFIER = Path(__file__).parent / "proof" / "verify.py"


@dataclass(frozen=True, slots=True)
class Bundle:
    """``name``: what to call the file; tells nobody whose it is."""

    name: str
    files: Mapping[str, bytes]

    def zipped(self) -> bytes:
        """The same bytes for the same content."""
        made = BytesIO()
        with ZipFile(made, "w", ZIP_DEFLATED) as archive:
            for name, body in self.files.items():
                info = ZipInfo(name)  # of 1980-01-01: when it was packed says nothing
                info.external_attr = 0o644 << 16
                archive.writestr(info, body, ZIP_DEFLATED)
        return made.getvalue()


def prove(rt: Runtime, address: str, actor: Actor, now: datetime, language: str = "") -> Bundle:
    """Everything that proves (or withdraws) the consents of ``address``; on record in the audit log. Raises NotFound.

    ``language``: de or en; that of the person by default.
    """
    with reading(rt.db) as session:
        proof = gather(rt, session, address, str(actor), now)
    with transaction(rt.db) as session:
        what = ("contact", proof.contact) if proof.contact else ("subject", proof.subjects[0][:20])
        audit.note(session, actor, "proved the consent of", what, now, contact=proof.contact, entries=len(proof.entries))
    return _bundle(rt, proof, language or proof.language)


def entries(rt: Runtime, address: str, now: datetime) -> dict[str, Any]:
    """What the ledger says of ``address``, for programs. Raises NotFound."""
    with reading(rt.db) as session:
        return _machine(gather(rt, session, address, "", now))


def _bundle(rt: Runtime, proof: Proof, language: str) -> Bundle:
    from nurture.engine.proof.pdf import pdf  # noqa: PLC0415 - its library takes long to load

    told = document(proof, language, rt.definitions.calendar.zone)
    files = {
        "proof.html": page(told).encode(),
        "proof.pdf": pdf(told),
        "proof.json": (json.dumps(_machine(proof), ensure_ascii=False, indent=1) + "\n").encode(),
        **{shown.file: shown.body.encode() for shown in proof.exhibits.values()},
        **proof.mails,
        "verify.py": VERIFIER.read_bytes(),
    }
    sums = "".join(f"{sha256(body).hexdigest()}  {name}\n" for name, body in files.items())
    name = f"consent-proof-{proof.subjects[0][-12:]}-{proof.made_at:%Y-%m-%d}.zip"
    return Bundle(name, {**files, "SHA256SUMS": sums.encode()})


def _machine(proof: Proof) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "address": proof.address,
        "subjects": list(proof.subjects),
        "made_at": proof.made_at.isoformat(),
        "made_by": proof.made_by,
        "chain_end": dict(proof.end),
        "entries": [_entry(entry) for entry in proof.entries],
        "wordings": {id_: [w.purpose, w.version, w.language, w.text] for id_, w in proof.wordings.items()},
        "exhibits": {id_: shown.file for id_, shown in proof.exhibits.items()},
        "mails": dict(proof.mail_files),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {**entry.plain, "hash": entry.hash, "redacted": entry.redacted, "evidence": dict(entry.evidence)}
