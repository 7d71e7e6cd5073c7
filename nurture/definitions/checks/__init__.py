"""What makes no sense although every file is well formed: checks across entries and files.

Checks read pieces of the raw documents (see ``piece.py``), each says its faults at the place where somebody would
correct them, and none depends on another.
"""

from __future__ import annotations

from nurture.definitions.checks.campaigns import check_campaigns
from nurture.definitions.checks.catalogue import check_catalogue, check_consent, check_sales
from nurture.definitions.checks.flow import check_flow
from nurture.definitions.checks.forms import check_forms
from nurture.definitions.checks.scoring import check_scoring
from nurture.definitions.checks.templates import check_templates
from nurture.definitions.index import Index

_CHECKS = (
    check_catalogue,
    check_consent,
    check_sales,
    check_forms,
    check_scoring,
    check_campaigns,
    check_flow,
    check_templates,
)


def check(found: Index) -> None:
    """Record every fault across files in its document."""
    for one in _CHECKS:
        one(found)
