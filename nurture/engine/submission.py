"""Reading what somebody typed into a form: every problem at once, in the reader's language; nothing is stored here."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from nurture.domain.catalogue import Text, in_language
from nurture.domain.definitions import Definitions
from nurture.domain.errors import InvalidInput
from nurture.domain.form import FieldKind, Form, FormField


@dataclass(frozen=True, slots=True)
class Submission:
    """What was sent. ``purposes``: the consents ticked. ``source``: where the visitor came from, if the page knew."""

    form: str
    language: str
    values: Mapping[str, str]
    purposes: frozenset[str]
    source: str | None = None


_TEXTS: dict[str, Text] = {
    "required": {"de": "Bitte füllen Sie dieses Feld aus.", "en": "Please fill in this field."},
    "email": {
        "de": "Bitte prüfen Sie diese E-Mail-Adresse; richtig wäre z. B. name@firma.de, vor dem @ ohne Umlaute.",
        "en": "Please check this e-mail address; right would be e.g. name@company.com, without accents before the @.",
    },
    "choice": {"de": "Bitte wählen Sie einen der angebotenen Werte.", "en": "Please choose one of the values offered."},
    "phone": {
        "de": "Bitte geben Sie eine Telefonnummer mit Ziffern an, z. B. +49 231 123456.",
        "en": "Please give a phone number in digits, e.g. +49 231 123456.",
    },
    "long": {"de": "Bitte kürzen Sie auf höchstens {n} Zeichen.", "en": "Please shorten this to at most {n} characters."},
    "purpose": {
        "de": "Diese Einwilligung gibt es auf diesem Formular nicht.",
        "en": "This form does not ask for this consent.",
    },
    "phone-missing": {
        "de": "Bitte geben Sie eine Telefonnummer an, damit wir Sie anrufen können.",
        "en": "Please give a phone number so that we can call you.",
    },
}


def clean(text: str) -> str:
    """``text`` without control characters, line separators and lone surrogates; white space folded; NFC."""
    printable = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") else c for c in text)
    return unicodedata.normalize("NFC", " ".join(printable.split()))


def clean_long(text: str) -> str:
    """Like ``clean``, but line by line."""
    return "\n".join(clean(line) for line in text.splitlines()).strip()


def canonical_address(text: str) -> str:
    """The address to send to: checked syntax, domain in its A-label form. Raises ValueError. Asks no name server."""
    try:
        checked = validate_email(clean(text), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return f"{checked.local_part}@{checked.ascii_domain}"


def read(definitions: Definitions, form: Form, submission: Submission) -> dict[str, str]:
    """Field -> cleaned value, empty ones left out; 'email' in its canonical form. Raises InvalidInput."""
    problems: dict[str, str] = {}
    values: dict[str, str] = {}
    for field in form.fields:
        try:
            value = _read_field(definitions, form, field, submission.values.get(field.name, ""))
        except _Problem as problem:
            text = in_language(_TEXTS[problem.code], submission.language)
            problems[field.name] = text.format(n=field.max_length)
            continue
        if value:
            values[field.name] = value
    if values.get("call_me") and not values.get("phone") and any(f.name == "phone" for f in form.fields):
        problems.setdefault("phone", in_language(_TEXTS["phone-missing"], submission.language))
    if submission.purposes - set(form.purposes):
        problems["purposes"] = in_language(_TEXTS["purpose"], submission.language)
    if problems:
        raise InvalidInput(problems)
    return values


class _Problem(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


def read_phone(text: str, language: str) -> str:
    """A phone number that must be there. Raises InvalidInput({'phone': …})."""
    value = clean(text)
    if not value:
        raise InvalidInput({"phone": in_language(_TEXTS["phone-missing"], language)})
    if not is_phone(value):
        raise InvalidInput({"phone": in_language(_TEXTS["phone"], language)})
    return value


def is_phone(value: str) -> bool:
    return sum(c.isdigit() for c in value) >= 5 and set(value) <= set("+0123456789 ()/.-") and len(value) <= 40


def _read_field(definitions: Definitions, form: Form, field: FormField, raw: str) -> str:
    value = clean_long(raw) if field.kind is FieldKind.LONG else clean(raw)
    if len(value) > field.max_length:
        raise _Problem("long")
    if not value:
        if field.required:
            raise _Problem("required")
        return ""
    match field.kind:
        case FieldKind.EMAIL:
            try:
                return canonical_address(value)
            except ValueError:
                raise _Problem("email") from None
        case FieldKind.CHOICE:
            if value not in choices(definitions, form, field):
                raise _Problem("choice")
        case FieldKind.PHONE:
            if not is_phone(value):
                raise _Problem("phone")
        case FieldKind.CHECK:
            return "yes"
        case _:
            pass
    return value


def choices(definitions: Definitions, form: Form, field: FormField) -> Mapping[str, Text]:
    """Value -> label of a choice; a ``function`` without options offers the product's functions."""
    if field.options is not None:
        return field.options
    if field.name == "function":
        return {f: definitions.functions[f].name for f in definitions.products[form.product].functions}
    return {}
