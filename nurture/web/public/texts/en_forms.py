"""The sentences about sending a form, in English."""

from __future__ import annotations

from collections.abc import Mapping

FORMS: Mapping[str, str] = {
    "again.embedded": (
        "Almost there: please check your entries and press the button once more. This is how we make sure that a "
        "person sends them."
    ),
    "again.spent": (
        "This form has been sent before, with other entries. If the new ones are the right ones, please press the "
        "button once more."
    ),
    "again.work": (
        "This form is getting unusually many entries just now. Please wait 20 seconds and press the button once "
        "more; what you filled in is still here."
    ),
    "work.busy": "Your browser is checking that a person is writing …",
    "work.done": "Checked; the form can be sent.",
    "work.noscript": (
        "This form is being protected from programs just now. Without JavaScript you can send it 20 seconds after "
        "opening it."
    ),
    "advice.use": "Yes, use that one",
    "advice.keep": "My address is right as it is",
    "advice.or": "Or change the address in the form below.",
    "embed.script": "If you like: one press fewer",
    "embed.script-why": (
        "The form works without a script: after it is sent, our page shows everything filled in and asks for a "
        "second press. With this line in the head of your page it does not have to. The script comes from here, "
        "sets no cookies and asks nobody else; after an update of Nurture copy the line again, until then the way "
        "without a script holds."
    ),
}
