"""config/forms/<id>.yaml: a landing page, what it asks and what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from nurture.definitions.models.event import Event
from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape, wrong
from nurture.definitions.models.values import ContentId, FieldName, Id, Line, Origin, Phase, ProductId, PurposeId, Text
from nurture.domain import form as domain
from nurture.domain.catalogue import LeadClass

_KIND_OF = {"email": "email", "phone": "phone", "function": "choice", "call_me": "check"}


class FormField(Shape):
    """One question."""

    name: FieldName
    """What the answer is kept under; email, salutation, first_name, last_name, company, function, phone, country and
    call_me have a meaning of their own."""
    kind: Literal["text", "email", "phone", "choice", "long", "check"]
    """How it is asked."""
    label: Text
    """The question."""
    required: bool = False
    """Whether an answer is needed."""
    options: Annotated[dict[Line, Text], AtLeastOne] | None = None
    """value: label, for a choice. A choice named `function` has the product's functions by default."""
    hint: Text | None = None
    """A short explanation below the question."""
    max_length: int = Field(default=200, ge=1, le=5000)
    """Most characters of an answer."""
    autocomplete: Line = "off"
    """The HTML autocomplete token, such as `email` or `given-name`."""

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        wanted = _KIND_OF.get(self.name)
        if wanted is not None and self.kind != wanted:
            raise wrong(f"a field named '{self.name}' must be of kind {wanted}", "kind")
        if self.kind == "choice" and self.options is None and self.name != "function":
            raise wrong("a choice needs options: value: label")
        if self.kind == "check" and self.required:
            raise wrong(
                "a box that has to be ticked makes one thing depend on agreeing to another, which is no free consent "
                "(Art. 7(4) GDPR); remove required, or ask with a choice",
                "required",
            )
        if self.kind != "choice" and self.options is not None:
            raise wrong(f"only a choice has options, and this is of kind {self.kind}", "options")
        return self

    def build(self, functions: Mapping[str, Mapping[str, str]]) -> domain.FormField:
        options = self.options if self.options is not None or self.name != "function" else functions
        return domain.FormField(
            name=self.name,
            kind=domain.FieldKind(self.kind),
            label=self.label,
            required=self.required,
            options=options,
            hint=self.hint,
            max_length=self.max_length,
            autocomplete=self.autocomplete,
        )


class Defence(Shape):
    """How a form defends itself."""

    proof_of_work: Literal["auto", "always", "never"] = "auto"
    """When browsers have to do a second's work before the form is taken: `auto` while it is under attack."""
    spike: int = Field(default=20, ge=5, le=100_000)
    """So often in an hour the form may be sent without that counting as an attack; raise it before a large mailing."""

    def build(self) -> domain.Defence:
        return domain.Defence(domain.ProofOfWork(self.proof_of_work), self.spike)


class FormFile(Shape):
    """A landing page. The file's name is the form's id."""

    form: Id
    """The form's id."""
    product: ProductId
    """The product it is about."""
    phase: Phase
    """The class presumed of who comes this way."""
    source: Id
    """Where contacts of this form are counted as coming from."""
    title: Text
    """The headline."""
    intro: Text
    """What the visitor gets, in a few sentences."""
    points: Annotated[list[Text], NoRepeats] = Field(default_factory=list)
    """What speaks for it, one line each."""
    button: Text
    """The words on the button."""
    offers: ContentId | None = None
    """The content item promised."""
    fields: Annotated[list[FormField], AtLeastOne]
    """The questions, in order."""
    purposes: Annotated[list[PurposeId], NoRepeats] = Field(default_factory=list)
    """The purposes of consent asked for."""
    origins: Annotated[list[Origin], NoRepeats] = Field(default_factory=list)
    """The sites that may embed the form and post to it, such as https://www.example.com."""
    event: Event | None = None
    """The event it is about."""
    profile: bool = False
    """Whether it asks a known contact more (opened from a mail); it then asks neither address nor consent."""
    defence: Defence = Field(default_factory=Defence)
    """How it defends itself against programs."""

    @field_validator("purposes", mode="before")
    @classmethod
    def _only_names(cls, given: object) -> object:
        for item in given if isinstance(given, list) else ():
            if isinstance(item, dict):
                raise ValueError(
                    "purposes are names only: every consent is voluntary, none can be required (Art. 7(4) GDPR)"
                )
        return given

    @model_validator(mode="after")
    def _asks_what_it_must(self) -> Self:
        names = [field.name for field in self.fields]
        if not self.profile and "email" not in names:
            raise wrong("has no field named 'email'; only a profile form (profile: true) may do without", "fields")
        if self.profile and "email" in names:
            raise wrong(
                "a profile form knows the address already; remove the field 'email'", "fields", names.index("email")
            )
        if self.profile and self.purposes:
            raise wrong("a profile form asks for no consent; remove purposes", "purposes")
        if not self.profile and not self.purposes:
            raise wrong("asks for no consent; name at least one purpose of kind mail in 'purposes'")
        return self

    def build(self, version: str, zone: ZoneInfo, functions: Mapping[str, Mapping[str, str]]) -> domain.Form:
        """``functions``: id -> name of the functions of the form's product."""
        return domain.Form(
            id=self.form,
            version=version,
            product=self.product,
            phase=LeadClass(self.phase),
            source=self.source,
            title=self.title,
            intro=self.intro,
            points=tuple(self.points),
            button=self.button,
            fields=tuple(field.build(functions) for field in self.fields),
            purposes=tuple(self.purposes),
            offers=self.offers,
            event=self.event.for_form(zone) if self.event else None,
            origins=tuple(self.origins),
            profile=self.profile,
            defence=self.defence.build(),
        )
