"""config/mailing.yaml, opt_in: how many opt-in mails may leave. What one address gets is not for configuration."""

from __future__ import annotations

from pydantic import Field

from nurture.definitions.models.shape import Shape
from nurture.domain import form as domain


class OptIn(Shape):
    """How many opt-in mails leave within an hour."""

    company_domain: int = Field(default=20, ge=1, le=10_000)
    """To one company, known by its mail domain."""
    private_domain: int = Field(default=200, ge=1, le=100_000)
    """To one provider of private mailboxes, such as gmx.de."""
    altogether: int = Field(default=2000, ge=1, le=1_000_000)
    """From all forms together."""

    def build(self) -> domain.OptInLimits:
        return domain.OptInLimits(self.company_domain, self.private_domain, self.altogether)
