"""The linter of mails: a rendered letter and its template -> findings.

Pure: it is given letters (``Specimen``) and knows neither the disk nor who reads them.

    page      the parsed html with its computed styles (``tree``, ``css``, ``colour``)
    rules     the list of rules; one module per subject checks them
    places    where in which template a finding has its cause
"""

from nurture.mail.lint.finding import Finding, Level, Rule, Verdict, verdicts
from nurture.mail.lint.linter import lint, unlawful
from nurture.mail.lint.rules import RULES
from nurture.mail.lint.specimen import Specimen

__all__ = ["RULES", "Finding", "Level", "Rule", "Specimen", "Verdict", "lint", "unlawful", "verdicts"]
