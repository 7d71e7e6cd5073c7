"""What the environment may say, and every way in which it can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from nurture.domain.errors import SettingsError
from nurture.settings import load_settings

KEY, OLD = "k" * 32, "o" * 40


def test_nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    s = load_settings({})
    assert (s.home, s.transport, s.secret_keys, s.public_url) == (tmp_path, "mailbox", (), "http://127.0.0.1:8000")
    assert s.database_url == f"sqlite:///{tmp_path}/var/nurture.db"
    assert s.on_sqlite


def test_everything_set(tmp_path: Path) -> None:
    s = load_settings(
        {
            "NURTURE_HOME": str(tmp_path),
            "NURTURE_DATABASE_URL": "postgresql://nurture:geheim@db/nurture",
            "NURTURE_TRANSPORT": "smtp",
            "NURTURE_SMTP_URL": "smtp://me:streng-geheim@mail.example.com:587?tls=required",
            "NURTURE_SECRET_KEYS": f"{KEY}, {OLD}",
            "NURTURE_PUBLIC_URL": "https://news.example.com/",
            "NURTURE_TRUSTED_PROXIES": "1",
            "NURTURE_LOG": "json",
            "NURTURE_DKIM_FOLDER": str(tmp_path),
        }
    )
    assert s.dkim_folder == tmp_path
    assert s.smtp is not None
    assert (s.smtp.host, s.transport, s.public_url, s.trusted_proxies, s.log) == (
        "mail.example.com", "smtp", "https://news.example.com", 1, "json",
    )  # fmt: skip
    assert s.secret_keys == (KEY, OLD)
    assert s.database_name == "postgresql://nurture:***@db/nurture"


def test_straight_to_the_recipients_servers(tmp_path: Path) -> None:
    s = load_settings({"NURTURE_HOME": str(tmp_path), "NURTURE_TRANSPORT": "direct", "NURTURE_HELO": "Out.Example.com."})
    assert (s.transport, s.helo, s.smtp) == ("direct", "out.example.com", None)


@pytest.mark.parametrize(
    ("url", "name"),
    [("smtp://mail.example.com", "out.example.com"), ("smtp://m.example.com?helo=a.example.com", "a.example.com")],
)
def test_the_name_to_greet_with_holds_for_the_relay_too(tmp_path: Path, url: str, name: str) -> None:
    environ = {"NURTURE_TRANSPORT": "smtp", "NURTURE_SMTP_URL": url, "NURTURE_HELO": "out.example.com"}
    smtp = load_settings({"NURTURE_HOME": str(tmp_path), **environ}).smtp
    assert smtp is not None
    assert smtp.helo == name


def test_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{KEY}\n{OLD}\n")
    (tmp_path / "url").write_text("postgresql://nurture@db/nurture\n")
    s = load_settings(
        {"NURTURE_SECRET_KEYS_FILE": str(tmp_path / "keys"), "NURTURE_DATABASE_URL_FILE": str(tmp_path / "url")}
    )
    assert s.secret_keys == (KEY, OLD)
    assert not s.on_sqlite


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    environ = {
        "NURTURE_DATABASE_URL": "postgresql://nurture:streng-geheim@db/nurture",
        "NURTURE_TRANSPORT": "smtp",
        "NURTURE_SMTP_URL": "smtp://me:streng-geheim@mail.example.com",
        "NURTURE_SECRET_KEYS": "streng-geheim" * 3,
        "NURTURE_HOME": str(tmp_path),
    }
    s = load_settings(environ)
    assert "streng-geheim" not in f"{s!r} {s} {s.database_name}"


FAULTS = {
    "unknown setting": ({"NURTURE_PUBLIC_URI": "x"}, "NURTURE_PUBLIC_URI", "did you mean NURTURE_PUBLIC_URL?"),
    "no such home": ({"NURTURE_HOME": "/nowhere"}, "NURTURE_HOME", "there is no folder /nowhere"),
    "not a database": ({"NURTURE_DATABASE_URL": "db"}, "NURTURE_DATABASE_URL", "no database URL"),
    "another database": ({"NURTURE_DATABASE_URL": "mysql://a/b"}, "NURTURE_DATABASE_URL", "'mysql' databases"),
    "another driver": ({"NURTURE_DATABASE_URL": "sqlite+x:////a"}, "NURTURE_DATABASE_URL", "'sqlite+x' databases"),
    "no port": ({"NURTURE_DATABASE_URL": "postgresql://u:p@h:x/n"}, "NURTURE_DATABASE_URL", "no database URL"),
    "nobody's home": ({"NURTURE_HOME": "~nobody-of-this-name/x"}, "NURTURE_HOME", "there is no folder"),
    "in memory": ({"NURTURE_DATABASE_URL": "sqlite://"}, "NURTURE_DATABASE_URL", "outlives the process"),
    "no database name": ({"NURTURE_DATABASE_URL": "postgresql://h"}, "NURTURE_DATABASE_URL", "outlives the process"),
    "unknown transport": ({"NURTURE_TRANSPORT": "pigeon"}, "NURTURE_TRANSPORT", "write mailbox or smtp or direct"),
    "smtp without server": ({"NURTURE_TRANSPORT": "smtp"}, "NURTURE_SMTP_URL", "is needed with"),
    "direct without a name": ({"NURTURE_TRANSPORT": "direct"}, "NURTURE_HELO", "is needed with"),
    "direct with a bare name": ({"NURTURE_TRANSPORT": "direct", "NURTURE_HELO": "out"}, "NURTURE_HELO", "full public name"),
    "direct with a number": (
        {"NURTURE_TRANSPORT": "direct", "NURTURE_HELO": "192.0.2.1"},
        "NURTURE_HELO",
        "full public name",
    ),
    "clear text to afar": ({"NURTURE_SMTP_URL": "smtp://mail.example.com?tls=none"}, "NURTURE_SMTP_URL", "none"),
    "short key": ({"NURTURE_SECRET_KEYS": f"{KEY},short"}, "NURTURE_SECRET_KEYS", "key 2 has 5 characters"),
    "same key twice": ({"NURTURE_SECRET_KEYS": f"{KEY},{KEY}"}, "NURTURE_SECRET_KEYS", "twice"),
    "missing file": ({"NURTURE_SECRET_KEYS_FILE": "/nowhere"}, "NURTURE_SECRET_KEYS", "cannot be read"),
    "value and file": ({"NURTURE_SECRET_KEYS": KEY, "NURTURE_SECRET_KEYS_FILE": "/x"}, "NURTURE_SECRET_KEYS", "only one"),
    "no scheme": ({"NURTURE_PUBLIC_URL": "news.example.com"}, "NURTURE_PUBLIC_URL", "like https://"),
    "a path behind": ({"NURTURE_PUBLIC_URL": "https://example.com/news"}, "NURTURE_PUBLIC_URL", "behind the host"),
    "umlauts": ({"NURTURE_PUBLIC_URL": "https://häuser.de"}, "NURTURE_PUBLIC_URL", "as xn--"),
    "a blank in it": ({"NURTURE_PUBLIC_URL": "https://a b.de"}, "NURTURE_PUBLIC_URL", "cannot stand in a mail"),
    "bad port": ({"NURTURE_PUBLIC_URL": "https://example.com:99999"}, "NURTURE_PUBLIC_URL", "no web address"),
    "proxies": ({"NURTURE_TRUSTED_PROXIES": "many"}, "NURTURE_TRUSTED_PROXIES", "0 to 10"),
    "log": ({"NURTURE_LOG": "xml"}, "NURTURE_LOG", "text or json"),
    "no folder for keys": ({"NURTURE_DKIM_FOLDER": "/nowhere"}, "NURTURE_DKIM_FOLDER", "there is no folder /nowhere"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    environ, variable, part = FAULTS[name]
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    assert [v for v, sentence in caught.value.faults if part in sentence] == [variable]


def test_every_fault_at_once_and_no_secret_in_them() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(
            {
                "NURTURE_LOG": "xml",
                "NURTURE_TRANSPORT": "pigeon",
                "NURTURE_SECRET_KEYS": "geheim",
                "NURTURE_DATABASE_URL": "nope://u:geheim@h/n",
            }
        )
    assert len(caught.value.faults) == 4
    assert "geheim" not in str(caught.value)


WHERE = {
    "as given": (("127.0.0.1", 8001), "http://127.0.0.1:8001"),
    "everywhere": (("0.0.0.0", 80), "http://127.0.0.1:80"),
    "a name": (("intranet", 8000), "http://intranet:8000"),
    "IPv6": (("::1", 8000), "http://[::1]:8000"),
}


@pytest.mark.parametrize("name", WHERE)
def test_the_public_address_is_where_it_listens(name: str) -> None:
    (host, port), expected = WHERE[name]
    assert load_settings({}).served_at(host, port).public_url == expected


def test_a_given_public_address_stays() -> None:
    given = load_settings({"NURTURE_PUBLIC_URL": "https://news.example.com"})
    assert given.served_at("127.0.0.1", 8001).public_url == "https://news.example.com"
