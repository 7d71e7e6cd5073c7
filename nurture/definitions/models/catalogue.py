"""config/functions.yaml, products.yaml and content.yaml: what is sold, to whom, and what there is to read."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape, several, surroundings, wrong
from nurture.definitions.models.values import (
    ContentId,
    FunctionId,
    Id,
    Phase,
    ProductId,
    Span,
    Text,
    TopicId,
    Url,
    classes,
    language_faults,
)
from nurture.domain import catalogue as domain
from nurture.domain.catalogue import LeadClass

ContentKind = Literal[
    "white-paper", "case-study", "success-story", "study", "trend-report", "checklist", "how-to", "faq", "data-sheet",
    "product-sheet", "fact-sheet", "infographic", "e-book", "book", "blog-post", "trade-article", "video",
    "explainer-video", "podcast", "webinar", "workshop", "conference", "tool", "sample", "trial", "demo", "voucher",
    "limited-offer",
]  # fmt: skip


class Function(Shape):
    """A segment of contacts who share interests."""

    name: Text
    """What the function is called."""


class FunctionsFile(Shape):
    """The functions that contacts have."""

    functions: Annotated[dict[Id, Function], AtLeastOne]
    """id: function."""

    def build(self) -> dict[str, domain.Function]:
        return {id_: domain.Function(id_, item.name) for id_, item in self.functions.items()}


class Stays(Shape):
    """The stay expected in each class; orientation, never an automatic move."""

    B1: Span
    """Unaware of the problem, or just starting to think about it."""
    B2: Span
    """Knows the problem; seeks and chooses an approach."""
    B3: Span
    """Approach fixed; specifies the need and obtains offers."""
    A: Span
    """Can specify and compare; wants to decide now."""


class Product(Shape):
    """What is sold."""

    name: Text
    """What the product is called."""
    problem: Text
    """The problem it solves, in the words of those who have it."""
    benefit: Text
    """What is better afterwards."""
    functions: Annotated[list[FunctionId], AtLeastOne, NoRepeats]
    """The functions it is of interest to."""
    phases: Stays
    """How long a lead is expected to stay in each class."""
    topics: Annotated[dict[Id, Text], AtLeastOne]
    """id: name of the themes a reader can be interested in; an id is used by one product only."""


class ProductsFile(Shape):
    """What is sold."""

    products: Annotated[dict[Id, Product], AtLeastOne]
    """id: product."""

    def build(self) -> dict[str, domain.Product]:
        return {id_: _product(id_, item) for id_, item in self.products.items()}


def _product(id_: str, item: Product) -> domain.Product:
    stays = item.phases
    return domain.Product(
        id=id_,
        name=item.name,
        problem=item.problem,
        benefit=item.benefit,
        functions=tuple(item.functions),
        phases={LeadClass.B1: stays.B1, LeadClass.B2: stays.B2, LeadClass.B3: stays.B3, LeadClass.A: stays.A},
        topics={topic: domain.Topic(topic, id_, name) for topic, name in item.topics.items()},
    )


def _path(value: str, info: ValidationInfo) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value or not path.name or "\0" in value:
        raise ValueError(f"'{value}' must be a path below config/, such as downloads/guide.de.pdf")
    folder = surroundings(info).config
    if folder is not None and not (folder / path).is_file():
        raise ValueError(f"there is no file config/{value}; put it there or correct the path")
    return value


def _one_per_language(value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
    if faults := language_faults(value, info, "entry"):
        raise several(faults)
    return value


class ContentItem(Shape):
    """Something to read, watch or use. Either `files` or `urls`."""

    kind: ContentKind
    """What it is; scoring rules can ask for it."""
    product: ProductId
    """The product it is about."""
    topic: TopicId
    """The topic of that product it is about."""
    functions: Annotated[list[FunctionId], NoRepeats] = Field(default_factory=list)
    """The functions it is written for. Default: all."""
    phases: Annotated[list[Phase], AtLeastOne, NoRepeats]
    """The phases it is written for."""
    title: Text
    """Its title."""
    summary: Text
    """One or two sentences about what the reader gets."""
    files: Annotated[dict[str, Annotated[str, AfterValidator(_path)]], AfterValidator(_one_per_language)] | None = None
    """language: path of the file below config/."""
    urls: Annotated[dict[str, Url], AfterValidator(_one_per_language)] | None = None
    """language: address, if it lies elsewhere."""
    order: int = 0
    """Place in the order in which a reader gets the items of a cell; smaller first."""
    spacing: Span | None = None
    """Least time before the next item."""
    variant_of: ContentId | None = None
    """The item this one is a variant of; who has one of them has them all."""

    @model_validator(mode="after")
    def _files_or_urls(self) -> Self:
        if self.files is None and self.urls is None:
            raise wrong("has neither files nor urls; give one of them")
        if self.files is not None and self.urls is not None:
            raise wrong("has both files and urls; keep one of them", "urls")
        return self


class ContentFile(Shape):
    """Everything there is to read."""

    content: dict[Id, ContentItem]
    """id: item."""

    def build(self) -> dict[str, domain.ContentItem]:
        return {id_: _item(id_, item) for id_, item in self.content.items()}


def _item(id_: str, item: ContentItem) -> domain.ContentItem:
    return domain.ContentItem(
        id=id_,
        kind=item.kind,
        product=item.product,
        topic=item.topic,
        functions=tuple(item.functions),
        phases=classes(list(item.phases)),
        title=item.title,
        summary=item.summary,
        files=item.files or {},
        urls=item.urls or {},
        order=item.order,
        spacing=item.spacing,
        variant_of=item.variant_of,
    )
