"""Months of nurturing in seconds: the real engine under a stepped clock, with people who behave by script."""

from nurture.simulation.report import Report
from nurture.simulation.world import simulate

__all__ = ["Report", "simulate"]
