"""What comes back: bounces, delays, complaints, responders and answers, read from the bytes of a mail.

``read(raw)`` says what one mail tells; ``wants_to_stop(said, subject)`` whether a human's words ask for no more mail. Pure
functions: no database, no clock, no network. What follows from a report (whether its address is one we wrote to, and
what happens then) is decided by the engine.
"""

from nurture.delivery.returned.reading import read
from nurture.delivery.returned.report import Complaint, Failed, Report
from nurture.delivery.returned.stop import wants_to_stop

__all__ = ["Complaint", "Failed", "Report", "read", "wants_to_stop"]
