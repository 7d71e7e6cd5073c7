"""Nurture: B2B lead nurturing from the landing page to the handover to sales."""
