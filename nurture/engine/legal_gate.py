r"""The gate before anything is sent: definitions whose mails break the law are not taken up.

    load --> every mail written once, as it would be sent --law kept--> publish
                                                      \--broken--> refused, with the list of all that is missing

A start is refused; a running system goes on with the last good definitions. Judged are the finished letters, so that an
imprint that stands in the layout but cannot be seen counts as missing. That config/organisation.yaml says all the imprint
needs is demanded by its model.
"""

from __future__ import annotations

from pathlib import Path

from nurture.domain.errors import DefinitionError, Fault
from nurture.engine.mail_check import check_law
from nurture.engine.publication import Publication, load_publication
from nurture.mail.lint import Verdict


def load_lawful(home: Path) -> Publication:
    """Everything below ``home``. Raises DefinitionError with every fault, those before the law included."""
    publication = load_publication(home)
    if broken := check_law(publication):
        raise DefinitionError([_fault(verdict) for verdict in broken])
    return publication


def _fault(verdict: Verdict) -> Fault:
    finding, others = verdict.finding, len(verdict.mails) - 1
    where = f" (in {others + 1} mails, such as {verdict.mails[0]})" if others else ""
    message = f"no mail leaves like this: {finding.message}; {finding.remedy}{where}"
    return Fault(finding.file, finding.line, 0, finding.rule, message)
