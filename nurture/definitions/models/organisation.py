"""config/organisation.yaml: who runs Nurture, in which languages, who sends, and what the law wants printed."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape
from nurture.definitions.models.values import Domain, Email, Line, Text, Url
from nurture.domain import organisation as domain
from nurture.domain.address import domain_of


def _language(value: str) -> str:
    if re.fullmatch(r"[a-z]{2}", value):
        return value
    raise ValueError(f"'{value}' is not a language; write its two-letter code, such as de or en")


class Sender(Shape):
    """Who the mails come from."""

    name: Line
    """The name readers see in their inbox."""
    address: Email
    """The address readers see; its domain should carry SPF, DKIM and DMARC records."""
    reply_to: Email
    """Where answers go; a human must read them."""
    domain: Domain | None = None
    """The right-hand side of Message-IDs. Default: the domain of `address`."""


class Imprint(Shape):
    """Printed as text in every mail and on every page (§ 5 DDG, § 35a GmbHG)."""

    company: Line
    """The company with its legal form."""
    represented_by: Annotated[list[Line], AtLeastOne, NoRepeats]
    """Who represents the company."""
    street: Line
    """Street and number."""
    postal_code: Line
    """Postal code, in quotes if it consists of digits."""
    city: Line
    """City."""
    country: Text
    """Country, in every language."""
    register_: Line = Field(alias="register")
    """Register court and number."""
    vat_id: Line
    """VAT identification number."""
    phone: Line
    """Telephone, in quotes if it consists of digits."""
    email: Email
    """Address for general enquiries."""
    imprint_url: Url
    """The imprint on the company's site."""
    privacy_url: Url
    """The privacy notice on the company's site."""


class OrganisationFile(Shape):
    """Who runs Nurture: name, languages, sender, imprint."""

    name: Line
    """The name used in texts, without the legal form."""
    website: Url
    """The company's own site."""
    languages: Annotated[list[Annotated[str, AfterValidator(_language)]], AtLeastOne, NoRepeats]
    """The languages that every text, file and mail exists in; the first is the default."""
    sender: Sender
    """Who the mails come from."""
    imprint: Imprint
    """What the law wants printed."""
    privacy_version: Line = Field(examples=["2026-09-01"])
    """The version of the privacy notice that forms refer to; kept with each consent."""

    def build(self) -> domain.Organisation:
        sender = domain.Sender(
            self.sender.name,
            self.sender.address,
            self.sender.reply_to,
            self.sender.domain or domain_of(self.sender.address),
        )
        imprint = domain.Imprint(
            **{**self.imprint.model_dump(by_alias=True), "represented_by": tuple(self.imprint.represented_by)},
        )
        return domain.Organisation(self.name, self.website, tuple(self.languages), sender, imprint, self.privacy_version)
