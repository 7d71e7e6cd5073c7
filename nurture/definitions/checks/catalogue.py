"""Whether products, content, consent and sales fit together."""

from __future__ import annotations

from nurture.definitions.index import Index
from nurture.definitions.piece import Piece


def check_catalogue(found: Index) -> None:
    """Topics belong to one product; content lies in cells that exist; variants have one root."""
    products = found["products"]["products"]
    _unique_topics(products)
    content = found["content"]["content"]
    for id_, item in content.items():
        product = products[item["product"].text or ""]
        _topic_of_product(item, product)
        _functions_of_product(item, product)
        _variant(id_, item, content)


def _unique_topics(products: Piece) -> None:
    owner: dict[str, str] = {}
    for id_, product in products.items():
        for topic, piece in product["topics"].items():
            if topic in owner:
                piece.fault(f"the topic '{topic}' belongs to '{owner[topic]}' already; give it another id", key=True)
            owner.setdefault(topic, id_)


def _topic_of_product(item: Piece, product: Piece) -> None:
    topic, topics = item["topic"], product["topics"]
    if topic.text is None or not topics.is_mapping or topics.has(topic.text):
        return
    topic.fault(f"'{topic.text}' is no topic of {product.name}; write one of {', '.join(topics.value)}")


def _functions_of_product(item: Piece, product: Piece) -> None:
    functions = product["functions"]
    for function in item["functions"].each():
        if function.text and functions.is_list and function.text not in functions.texts():
            function.fault(
                f"{product.name} is of no interest to '{function.text}'; "
                f"write one of {', '.join(functions.texts())} or add it to the product"
            )


def _variant(id_: str, item: Piece, content: Piece) -> None:
    variant_of = item["variant_of"]
    if variant_of.text is None:
        return
    root = content[variant_of.text]
    if variant_of.text == id_:
        variant_of.fault("an item is no variant of itself; name another one or remove this")
    elif root.has("variant_of"):
        variant_of.fault(f"'{root.name}' is itself a variant; name the item it is a variant of: {root['variant_of'].text}")
    elif root["product"].text != item["product"].text and root["product"].text and item["product"].text:
        variant_of.fault(f"'{root.name}' is about {root['product'].text}, this item about {item['product'].text}")


def check_consent(found: Index) -> None:
    """Without a purpose of kind mail nobody can be written to."""
    purposes = found["consent"]["purposes"]
    kinds = [purpose["kind"].text for purpose in purposes.values()]
    if kinds and None not in kinds and "mail" not in kinds:
        purposes.fault("has no purpose of kind mail, so that nobody can be written to; add one", key=True)


def check_sales(found: Index) -> None:
    """Every product needs somebody who sells it, or its leads wait for ever."""
    team = found["sales"]["team"]
    products = [person["products"] for person in team.values()]
    if not products or not all(piece.is_list and piece.sound for piece in products):
        return
    sold = {product for piece in products for product in piece.texts()}
    for product in sorted((found.ids["product"] or frozenset()) - sold):
        team.fault(
            f"nobody sells '{product}', so that its leads would wait for ever; add it to somebody's products", key=True
        )
