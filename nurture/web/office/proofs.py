"""The proof of one person's consents, to be downloaded: a POST, because it is personal data that leaves the house."""

from __future__ import annotations

from flask import Blueprint, Response

from nurture.domain import audit
from nurture.engine import consent_proof
from nurture.web.office.desk import desk, me


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/protection/proofs/<path:address>", "prove_consent", prove, methods=["POST"])


def prove(address: str) -> Response:
    """In the language of the person, as from the command line. Unknown people: the page that says so."""
    bundle = consent_proof.prove(desk().rt, address, audit.user(me().name), desk().now())
    response = Response(bundle.zipped(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{bundle.name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
