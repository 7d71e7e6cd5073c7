"""Definitions: campaigns/ and config/ as marketing wrote them, read strictly, with every fault in every file at once.

YAML with positions (``document``) -> pydantic models (``models``) -> checks across files (``checks``) -> frozen domain
objects. Knows files and nothing of databases, mails or the present time.
"""

from nurture.definitions.loading import load, parse_campaign
from nurture.definitions.reference import configuration_reference
from nurture.definitions.schemas import json_schemas

__all__ = ["configuration_reference", "json_schemas", "load", "parse_campaign"]
