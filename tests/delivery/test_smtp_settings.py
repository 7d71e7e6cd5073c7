"""The mail server's URL: what it can say, and what is wrong with it, all at once."""

from __future__ import annotations

import pytest

from nurture.delivery import SmtpSettings, SmtpUrlError, parse_smtp_url

GOOD = {
    "the least": ("smtp://mail.example.com", SmtpSettings("mail.example.com", 587)),
    "all of it": (
        "smtp://user:pw@mail.example.com:2525?tls=required&helo=out.example.com",
        SmtpSettings("mail.example.com", 2525, "required", "user", "pw", "out.example.com"),
    ),
    "how to log in, how often": (
        "smtp://user:token@mail.example.com?auth=xoauth2&connections=8",
        SmtpSettings("mail.example.com", 587, user="user", password="token", auth="xoauth2", connections=8),
    ),
    "implicit TLS": ("smtp://mail.example.com?tls=implicit", SmtpSettings("mail.example.com", 465, "implicit")),
    "this machine": ("smtp://127.0.0.1?tls=none", SmtpSettings("127.0.0.1", 25, "none")),
    "this machine by name": ("smtp://localhost:1025/?tls=none", SmtpSettings("localhost", 1025, "none")),
    "this machine in IPv6": ("smtp://[::1]:25?tls=none", SmtpSettings("::1", 25, "none")),
    "percent-encoded": (
        "smtp://a%40b.example:p%3Aw%2F%23%25%C3%BC@mail.example.com",
        SmtpSettings("mail.example.com", 587, "required", "a@b.example", "p:w/#%ü"),
    ),
}


@pytest.mark.parametrize(("url", "settings"), GOOD.values(), ids=GOOD.keys())
def test_good(url: str, settings: SmtpSettings) -> None:
    assert parse_smtp_url(url) == settings


BAD = {
    "empty": ("", ["must begin with smtp://", "host is missing"]),
    "another scheme": ("http://mail.example.com", ["must begin with smtp://"]),
    "smtps": ("smtps://mail.example.com", ["write smtp://…?tls=implicit"]),
    "no host": ("smtp://", ["host is missing"]),
    "no encryption to elsewhere": ("smtp://mail.example.com?tls=none", ["only for this very machine, not for mail.example.com"]),
    "a name that only looks local": ("smtp://localhost.example.com?tls=none", ["only for this very machine"]),
    "unknown tls": ("smtp://mail.example.com?tls=maybe", ["required, implicit or none, not 'maybe'"]),
    "unknown parameter": ("smtp://mail.example.com?ssl=1", ["'ssl' is not a parameter"]),
    "port too big": ("smtp://mail.example.com:70000", ["a number from 1 to 65535"]),
    "port 0": ("smtp://mail.example.com:0", ["port must be from 1 to 65535"]),
    "port no number": ("smtp://mail.example.com:smtp", ["a number from 1 to 65535"]),
    "user without password": ("smtp://user@mail.example.com", ["the user has no password"]),
    "password without user": ("smtp://:pw@mail.example.com", ["a password without a user"]),
    "hash in the password": ("smtp://user:p#w@mail.example.com", ["must be written as %23 %2F"]),
    "hash after the host": ("smtp://mail.example.com#w", ["must be written as %23"]),
    "path": ("smtp://mail.example.com/inbox", ["nothing may follow the port"]),
    "bad helo": ("smtp://mail.example.com?helo=a b", ["helo must be a host name"]),
    "unknown login": ("smtp://u:p@mail.example.com?auth=ntlm", ["plain or login or xoauth2, not 'ntlm'"]),
    "login of nobody": ("smtp://mail.example.com?auth=login", ["auth needs a user"]),
    "connections no number": ("smtp://mail.example.com?connections=many", ["from 1 to 1000, not 'many'"]),
    "no connections": ("smtp://mail.example.com?connections=0", ["from 1 to 1000"]),
    "several at once": (
        "smtp://user@mail_.example.com/x?tls=no&foo=1",
        ["no host name", "nothing may follow", "'foo' is not a parameter", "not 'no'", "no password"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("url", "faults"), BAD.values(), ids=BAD.keys())
def test_bad(url: str, faults: list[str]) -> None:
    with pytest.raises(SmtpUrlError) as error:
        parse_smtp_url(url)
    text = str(error.value)
    for fault in faults:
        assert fault in text
    if len(faults) > 1:
        assert len(error.value.faults) == len(faults)


def test_the_password_is_never_repeated() -> None:
    assert "hunter2" not in repr(parse_smtp_url("smtp://user:hunter2@mail.example.com"))
    with pytest.raises(SmtpUrlError) as error:
        parse_smtp_url("smtp://user:hunter2@bad_host?tls=no")
    assert "hunter2" not in str(error.value)
