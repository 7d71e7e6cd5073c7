"""What no mail program shows: one list for the check of templates as they are written and of mails as they are sent."""

ELEMENTS = (
    "script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object", "embed", "applet", "video",
    "audio", "canvas", "svg", "base", "link",
)  # fmt: skip
