"""Whether forms ask and offer what there is; and which answers a field can have."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.definitions.index import Index
from nurture.definitions.models.values import did_you_mean
from nurture.definitions.piece import Piece


def check_forms(found: Index) -> None:
    """Ids and file names agree, fields differ, the offer is about the product, consent to mail is asked for."""
    for form in found.forms():
        check_name(form, "form")
        _fields_differ(form)
        _functions_exist(form, found)
        _offer_fits(form, found)
        _asks_for_mail(form, found)


def check_name(top: Piece, key: str) -> None:
    """The id in the file must be the file's name."""
    stem = top.document.file.rpartition("/")[2].removesuffix(".yaml")
    if top[key].text is not None and top[key].text != stem:
        top[key].fault(f"the file is called {stem}.yaml; write {key}: {stem} or rename the file")


def _fields_differ(form: Piece) -> None:
    seen: set[str] = set()
    for field in form["fields"].each():
        name = field["name"]
        if name.text in seen:
            name.fault(f"there is a field '{name.text}' above; every field needs a name of its own")
        if name.text:
            seen.add(name.text)


def _functions_exist(form: Piece, found: Index) -> None:
    for field in form["fields"].each():
        if field["name"].text != "function":
            continue
        for value, option in field["options"].items():
            if found.ids["function"] is not None and not found.knows("function", value):
                option.fault(f"there is no function '{value}'{did_you_mean(value, found.ids['function'])}", key=True)


def _offer_fits(form: Piece, found: Index) -> None:
    offer, product = form["offers"], form["product"].text
    about = found["content"]["content"][offer.text or ""]["product"].text
    if about and product and about != product:
        offer.fault(f"'{offer.text}' is about {about}, the form about {product}; offer something about {product}")


def _asks_for_mail(form: Piece, found: Index) -> None:
    if form["profile"].value is True or not form["purposes"].texts() or not form["purposes"].sound:
        return
    purposes = found["consent"]["purposes"]
    kinds = [purposes[purpose]["kind"].text for purpose in form["purposes"].texts()]
    if None not in kinds and "mail" not in kinds:
        form["purposes"].fault("asks for no consent to mail; add a purpose of kind mail")


def check_answers(field: Piece, values: Piece, found: Index) -> None:
    """``values`` must be answers that ``field`` can have."""
    known = _answers(field.text, found)
    for value in values.each():
        if known is not None and value.text is not None and value.text not in known:
            value.fault(f"'{value.text}' is no answer to '{field.text}'{did_you_mean(value.text, known)}")


def check_told(field: str, classes: Piece, found: Index) -> None:
    """The keys of ``classes`` must be answers that ``field`` can have."""
    known = _answers(field, found)
    for answer, piece in classes.items():
        if known is not None and answer not in known:
            piece.fault(f"'{answer}' is no answer to '{field}'{did_you_mean(answer, known)}", key=True)


def _answers(name: str | None, found: Index) -> frozenset[str] | None:
    """The answers a field can have; None: anything, or it cannot be told."""
    if found.ids["field"] is None:
        return None
    answers: set[str] = set()
    for form, field in _asked(name, found):
        options = field["options"]
        if field["kind"].text != "choice" or not (options.is_mapping or name == "function"):
            return None
        answers |= set(options.value) if options.is_mapping else set(_functions(form, found))
    return frozenset(answers) or None


def _asked(name: str | None, found: Index) -> Iterator[tuple[Piece, Piece]]:
    return (
        (form, field) for form in found.forms() for field in form["fields"].each() if name and field["name"].text == name
    )


def _functions(form: Piece, found: Index) -> tuple[str, ...]:
    return found["products"]["products"][form["product"].text or ""]["functions"].texts()
