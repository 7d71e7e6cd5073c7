"""Broken definitions: what is changed in the valid set, and exactly the faults that must be found, with positions.

Each expected fault is the beginning of its line as people see it: ``file:line:column path: message``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """``old`` None: ``new`` is the whole file; both None: the file is removed. ``faults``: all that must be found."""

    name: str
    file: str
    old: str | bytes | None
    new: str | bytes | None
    faults: tuple[str, ...]


YAML_AS_SUCH = (
    Case(
        "tab as indentation",
        "config/functions.yaml",
        "  it:",
        "\tit:",
        ("config/functions.yaml:2:1: is not YAML: a tab; indent with spaces only",),
    ),
    Case(
        "colon inside a text",
        "config/organisation.yaml",
        "name: Muster Software",
        "name: Muster: Software",
        (
            "config/organisation.yaml:5:15: is not YAML: a colon is not possible here; put a text that contains ': ' in quotes, or check the indentation",
        ),
    ),
    Case(
        "colon inside a text in braces",
        "campaigns/welcome.yaml",
        "reason: Phase passt nicht mehr",
        "reason: Phase: falsch",
        (
            "campaigns/welcome.yaml:11:40: is not YAML: the mapping opened with '{' wants a comma or '}'; quote texts with commas or ': '",
        ),
    ),
    Case(
        "bracket never closed",
        "config/mailing.yaml",
        '"any/any"]',
        '"any/any"',
        (
            "config/mailing.yaml:4:11: is not YAML: the list opened with '[' wants a comma or ']'; quote texts with commas or ': '",
        ),
    ),
    Case(
        "brace never closed",
        "campaigns/welcome.yaml",
        "[guide]}",
        "[guide]",
        (
            "campaigns/welcome.yaml:7:8: is not YAML: the mapping opened with '{' wants a comma or '}'; quote texts with commas or ': '",
        ),
    ),
    Case(
        "quotation mark never closed",
        "config/organisation.yaml",
        '"40210"',
        '"40210',
        ("config/organisation.yaml:12:16: is not YAML: the quotation mark opened here is never closed",),
    ),
    Case(
        "list item wrongly indented",
        "config/forms/more.yaml",
        "fields:\n  -",
        "fields:\n  - x\n -",
        (
            "config/forms/more.yaml:10:2: is not YAML: wrong indentation: this line belongs to no mapping; align it with its neighbours",
        ),
    ),
    Case(
        "text that begins with an at sign",
        "config/organisation.yaml",
        "address: post@",
        "address: @post@",
        (
            "config/organisation.yaml:6:12: is not YAML: this character cannot begin a value; indent with spaces (never tabs) and quote a text that begin",
        ),
    ),
    Case(
        "text after a pipe",
        "config/content.yaml",
        "order: 10",
        "order: | 10",
        ("config/content.yaml:10:14: is not YAML: text is not possible after | or >; begin it in the next line",),
    ),
    Case(
        "unknown escape",
        "config/organisation.yaml",
        '"40210"',
        '"40\\q10"',
        (
            "config/organisation.yaml:12:19: is not YAML: unknown escape after a backslash; write \\\\ for a backslash, or use single quotes",
        ),
    ),
    Case(
        "control character",
        "config/consent.yaml",
        "E-Mails",
        "E-\x07Mails",
        ("config/consent.yaml:5:44: contains a control character (control characters are not allowed); remove it",),
    ),
    Case(
        "position after umlauts counts characters",
        "config/organisation.yaml",
        "[Jörg Muster]",
        "[Jörg Müßtör, 5]",
        (
            'config/organisation.yaml:10:33 imprint.represented_by.1: must be text, but is the number 5; put it in quotes: "5"',
        ),
    ),
    Case(
        "duplicate key",
        "campaigns/welcome.yaml",
        "priority: 60",
        "priority: 60\nkind: event",
        ("campaigns/welcome.yaml:7:1 kind: 'kind' is already given in line 2; keep one of them",),
    ),
    Case(
        "duplicate key, once in quotes",
        "config/functions.yaml",
        "  planning: {",
        '  planning: {name: {de: Planung, en: Planning}}\n  "planning": {',
        ("config/functions.yaml:4:3 functions.planning: 'planning' is already given in line 3; keep one of them",),
    ),
    Case(
        "plain on as key",
        "campaigns/welcome.yaml",
        "entry: {event",
        "entry: {on",
        (
            "campaigns/welcome.yaml:7:1 entry.event: is missing; add it",
            'campaigns/welcome.yaml:7:9 entry.on: the key on means true or false to some YAML readers; put it in quotes: "on"',
        ),
    ),
    Case(
        "plain yes as value",
        "config/forms/guide.yaml",
        "required: true",
        "required: yes",
        (
            'config/forms/guide.yaml:12:75 fields.0.required: yes means true or false to some YAML readers; write true or false, or put it in quotes: "ye',
        ),
    ),
    Case(
        "plain no as language",
        "config/organisation.yaml",
        "[de, en]",
        "[de, en, no]",
        (
            'config/organisation.yaml:3:21 languages.2: no means true or false to some YAML readers; write true or false, or put it in quotes: "no"',
        ),
    ),
    Case(
        "plain y as key of an option",
        "config/forms/more.yaml",
        "      one:",
        "      y:",
        (
            'config/forms/more.yaml:13:7 fields.0.options.y: the key y means true or false to some YAML readers; put it in quotes: "y"',
        ),
    ),
    Case(
        "plain off as value",
        "campaigns/welcome.yaml",
        "reason: Phase passt nicht mehr",
        "reason: off",
        (
            'campaigns/welcome.yaml:11:35 exits.0.reason: off means true or false to some YAML readers; write true or false, or put it in quotes: "off"',
        ),
    ),
    Case(
        "sexagesimal time",
        "config/calendar.yaml",
        '"08:30"',
        "9:30",
        (
            'config/calendar.yaml:4:55 office_hours.from: 9:30 is a number to base 60 for some YAML readers; put it in quotes: "9:30", or write a number ',
        ),
    ),
    Case(
        "octal postal code",
        "config/organisation.yaml",
        '"40210"',
        "01067",
        (
            'config/organisation.yaml:12:16 imprint.postal_code: 01067 is an octal number for some YAML readers; put it in quotes: "01067", or write a nu',
        ),
    ),
    Case(
        "number with underscore",
        "config/scoring.yaml",
        "points: 40",
        "points: 4_0",
        (
            'config/scoring.yaml:8:13 profile.planner-job.points: 4_0 is a number in a form readers disagree on; put it in quotes: "4_0", or write a numb',
        ),
    ),
    Case(
        "hexadecimal number",
        "config/scoring.yaml",
        "points: 40",
        "points: 0x28",
        (
            'config/scoring.yaml:8:13 profile.planner-job.points: 0x28 is a number in a form readers disagree on; put it in quotes: "0x28", or write a nu',
        ),
    ),
    Case(
        "infinity",
        "config/scoring.yaml",
        "points: 40",
        "points: .inf",
        (
            'config/scoring.yaml:8:13 profile.planner-job.points: .inf is not a number that means anything here; put it in quotes: ".inf", or write a num',
        ),
    ),
    Case(
        "number too long",
        "config/organisation.yaml",
        "+49 211 5550",
        "+4921155500000000",
        ("config/organisation.yaml:17:10 imprint.phone: is too long for a number; put it in quotes if it is text",),
    ),
    Case(
        "anchor",
        "campaigns/welcome.yaml",
        "reentry: 6 months",
        "reentry: &r 6 months",
        (
            "campaigns/welcome.yaml:12:10 reentry: anchors (&) are not supported; write the value where it is needed (or quote a text that begins with &)",
        ),
    ),
    Case(
        "anchor before text",
        "campaigns/welcome.yaml",
        "gap: 3 days\n",
        "gap: &g 3 days\n",
        (
            "campaigns/welcome.yaml:9:6 gap: anchors (&) are not supported; write the value where it is needed (or quote a text that begins with &)",
        ),
    ),
    Case(
        "alias",
        "campaigns/welcome.yaml",
        "reentry: 6 months",
        "reentry: *g",
        (
            "campaigns/welcome.yaml:12:10 reentry: aliases (*) are not supported; write the value out (or quote a text that begins with *)",
        ),
    ),
    Case(
        "merge key",
        "config/functions.yaml",
        "  planning: {",
        "  planning: {<<: *it, ",
        ("config/functions.yaml:3:14 functions.planning.<<: merge keys (<<) are not supported; write the values out",),
    ),
    Case(
        "explicit tag",
        "campaigns/welcome.yaml",
        "priority: 60",
        "priority: !!int 60",
        (
            "campaigns/welcome.yaml:6:11 priority: tags (!) are not supported; remove it (or quote a text that begins with !)",
        ),
    ),
    Case(
        "key without a value",
        "campaigns/welcome.yaml",
        "gap: 3 days",
        "gap:",
        ("campaigns/welcome.yaml:9:5 gap: has no value; give one or remove the key",),
    ),
    Case(
        "null",
        "campaigns/welcome.yaml",
        "gap: 3 days",
        "gap: null",
        ("campaigns/welcome.yaml:9:6 gap: has no value; give one or remove the key",),
    ),
    Case(
        "empty list item",
        "config/forms/guide.yaml",
        "points:\n  - {de",
        "points:\n  -\n  - {de",
        ("config/forms/guide.yaml:8:4 points.0: has no value; give one or remove the key",),
    ),
    Case(
        "list as a key",
        "campaigns/welcome.yaml",
        "priority: 60",
        "[priority]: 60",
        ("campaigns/welcome.yaml:6:1: a key must be plain text, not a list, a mapping or an alias",),
    ),
    Case(
        "second document",
        "config/mailing.yaml",
        "tracking:",
        "---\ntracking:",
        ("config/mailing.yaml:2:1: begins a second document ('---'); one file holds one document",),
    ),
    Case(
        "empty file",
        "config/mailing.yaml",
        None,
        "",
        ("config/mailing.yaml: is empty",),
    ),
    Case(
        "file of comments only",
        "config/mailing.yaml",
        None,
        "# later\n",
        ("config/mailing.yaml: is empty",),
    ),
    Case(
        "list at the top",
        "config/mailing.yaml",
        None,
        "- caps\n",
        ("config/mailing.yaml:1:1: must be a mapping (key: value), but is a list",),
    ),
    Case(
        "text at the top",
        "campaigns/welcome.yaml",
        None,
        "Willkommen\n",
        ("campaigns/welcome.yaml:1:1: must be a mapping (key: value), but is the text 'Willkommen'",),
    ),
    Case(
        "nested too deeply",
        "campaigns/welcome.yaml",
        None,
        "steps: " + "[" * 60,
        ("campaigns/welcome.yaml:1:47: is nested more than 40 levels deep",),
    ),
    Case(
        "byte that is not UTF-8",
        "config/organisation.yaml",
        b"D\xc3\xbcsseldorf\n  country",
        b"D\xfcsseldorf\n  country",
        ("config/organisation.yaml:13:10: is not UTF-8 from here on; save the file as UTF-8",),
    ),
    Case(
        "UTF-16",
        "config/mailing.yaml",
        None,
        b"\xff\xfec\x00a\x00p\x00s\x00:\x00 \x00{\x00}\x00",
        ("config/mailing.yaml:1:1: is stored as UTF-16; save it as UTF-8",),
    ),
    Case(
        "huge file",
        "config/mailing.yaml",
        None,
        b"#" * 1_000_001,
        ("config/mailing.yaml: is larger than 1000 kB; split it or move content to files",),
    ),
)

FILES = (
    Case(
        "missing file",
        "config/consent.yaml",
        None,
        None,
        ("config/consent.yaml: the file is missing; create it",),
    ),
    Case(
        "file under a wrong ending",
        "config/sales.yml",
        None,
        "head: x\n",
        ("config/sales.yml: is not read; rename it to sales.yaml",),
    ),
    Case(
        "file that is not read",
        "config/sale.yaml",
        None,
        "head: x\n",
        ("config/sale.yaml: is not read by Nurture; remove it or move it elsewhere",),
    ),
    Case(
        "campaign under a wrong ending",
        "campaigns/new.yml",
        None,
        "campaign: new\n",
        ("campaigns/new.yml: is not read; rename it to new.yaml",),
    ),
    Case(
        "file named otherwise than its campaign",
        "campaigns/welcome.yaml",
        "campaign: welcome",
        "campaign: wellcome",
        (
            "campaigns/welcome.yaml:1:11 campaign: the file is called welcome.yaml; write campaign: welcome or rename the file",
        ),
    ),
    Case(
        "file named otherwise than its form",
        "config/forms/more.yaml",
        "form: more",
        "form: much-more",
        ("config/forms/more.yaml:1:7 form: the file is called more.yaml; write form: more or rename the file",),
    ),
    Case(
        "folder instead of a file",
        "config/sales.yaml/x",
        None,
        "x",
        ("config/sales.yaml: cannot be read: Is a directory; check its kind and permissions",),
    ),
)

KEYS_AND_TYPES = (
    Case(
        "unknown key with a likely meaning",
        "campaigns/welcome.yaml",
        "priority: 60",
        "prioritty: 60",
        ("campaigns/welcome.yaml:6:1 prioritty: unknown key 'prioritty'; did you mean 'priority'?",),
    ),
    Case(
        "unknown key without",
        "campaigns/welcome.yaml",
        "priority: 60",
        "zzz: 60",
        (
            "campaigns/welcome.yaml:6:1 zzz: unknown key 'zzz'; known here: campaign, kind, title, product, purpose, priority, entry, window, gap, exits,",
        ),
    ),
    Case(
        "unknown key deep inside",
        "config/calendar.yaml",
        "country: DE, state: NW",
        "country: DE, stat: NW",
        ("config/calendar.yaml:2:25 holidays.stat: unknown key 'stat'; did you mean 'state'?",),
    ),
    Case(
        "missing key",
        "campaigns/welcome.yaml",
        "kind: welcome\n",
        "",
        ("campaigns/welcome.yaml:1:1 kind: is missing; add it",),
    ),
    Case(
        "missing key in an entry",
        "config/sales.yaml",
        "phone: +49 211 5551, ",
        "",
        ("config/sales.yaml:5:3 team.bernd.phone: is missing; add it",),
    ),
    Case(
        "number where text is wanted",
        "config/consent.yaml",
        "version: 2026-09\n  tracking",
        "version: 2026\n  tracking",
        (
            'config/consent.yaml:6:14 purposes.nurture.version: must be text, but is the number 2026; put it in quotes: "2026"',
        ),
    ),
    Case(
        "telephone that is a number",
        "config/organisation.yaml",
        "+49 211 5550",
        "+492115550",
        (
            'config/organisation.yaml:17:10 imprint.phone: must be text, but is the number 492115550; put it in quotes: "492115550"',
        ),
    ),
    Case(
        "text where a number is wanted",
        "config/mailing.yaml",
        "per_week: 2",
        'per_week: "2"',
        ("config/mailing.yaml:1:31 caps.per_week: must be a whole number, but is the text '2'; remove the quotes",),
    ),
    Case(
        "fraction where a whole number is wanted",
        "config/mailing.yaml",
        "per_week: 2",
        "per_week: 2.5",
        ("config/mailing.yaml:1:31 caps.per_week: must be a whole number, but is the number 2.5",),
    ),
    Case(
        "text where true or false is wanted",
        "config/forms/guide.yaml",
        "required: true",
        'required: "true"',
        ("config/forms/guide.yaml:12:75 fields.0.required: must be true or false, but is the text 'true'",),
    ),
    Case(
        "text where a list is wanted",
        "campaigns/welcome.yaml",
        "forms: [guide]",
        "forms: guide",
        (
            "campaigns/welcome.yaml:7:34 entry.forms: must be a list (in [brackets], or one item per line beginning with -), but is the text 'guide'",
        ),
    ),
    Case(
        "mapping where a list is wanted",
        "campaigns/welcome.yaml",
        "steps:\n",
        "steps:\n  a: 1\nexit:\n",
        (
            "campaigns/welcome.yaml:14:3 steps: must be a list (in [brackets], or one item per line beginning with -), but is a mapping",
            "campaigns/welcome.yaml:15:1 exit: unknown key 'exit'; known here: campaign, kind, title, product, purpose, priority, entry, window, gap, exi",
        ),
    ),
    Case(
        "list where a mapping is wanted",
        "config/mailing.yaml",
        "caps: {gap: 2 days, per_week: 2}",
        "caps: [2 days]",
        ("config/mailing.yaml:1:7 caps: must be a mapping (key: value), but is a list",),
    ),
    Case(
        "text where a mapping is wanted",
        "config/sales.yaml",
        "too-early: {name: {de: Noch zu früh, en: Too early}, lead_class: B2, nurture: true}",
        "too-early: Noch zu früh",
        (
            "config/sales.yaml:7:14 return_reasons.too-early: must be a mapping (key: value), but is the text 'Noch zu früh'",
        ),
    ),
    Case(
        "empty list",
        "campaigns/welcome.yaml",
        "days: [tue, wed, thu]",
        "days: []",
        ("campaigns/welcome.yaml:8:16 window.days: must not be empty; give at least one entry",),
    ),
    Case(
        "empty mapping",
        "config/functions.yaml",
        None,
        "functions: {}\n",
        ("config/functions.yaml:1:12 functions: must not be empty; give at least one entry",),
    ),
    Case(
        "value twice in a list",
        "campaigns/welcome.yaml",
        "[tue, wed, thu]",
        "[tue, wed, tue]",
        ("campaigns/welcome.yaml:8:27 window.days.2: 'tue' is in the list twice; keep one",),
    ),
    Case(
        "unknown choice with a likely meaning",
        "campaigns/welcome.yaml",
        "kind: welcome",
        "kind: Welcom",
        ("campaigns/welcome.yaml:2:7 kind: 'Welcom' is not possible here; did you mean 'welcome'?",),
    ),
    Case(
        "unknown choice without",
        "config/content.yaml",
        "kind: checklist",
        "kind: Zettel",
        (
            "config/content.yaml:23:11 content.parts-list.kind: 'Zettel' is not possible here; write one of white-paper, case-study, success-story, study",
        ),
    ),
    Case(
        "window that is neither always nor a mapping",
        "campaigns/fair.yaml",
        "window: always",
        "window: immer",
        ("campaigns/fair.yaml:7:9 window: 'immer' is not possible here; write always or {days: [mon, …], from: …, to: …}",),
    ),
    Case(
        "unknown weekday",
        "campaigns/welcome.yaml",
        "[tue, wed, thu]",
        "[die, wed, thu]",
        (
            "campaigns/welcome.yaml:8:17 window.days.0: 'die' is not possible here; write one of mon, tue, wed, thu, fri, sat, sun",
        ),
    ),
    Case(
        "id with capitals",
        "config/content.yaml",
        "  parts-list:",
        "  Parts List:",
        (
            "config/content.yaml:22:3 content.Parts List: 'Parts List' is not an id; write lower-case letters, digits and hyphens (at most 60), such as '",
        ),
    ),
    Case(
        "field name with a hyphen",
        "config/forms/guide.yaml",
        "name: last_name",
        "name: last-name",
        (
            "config/forms/guide.yaml:14:12 fields.2.name: 'last-name' is not a field name; write lower-case letters, digits and _ , such as 'company_size",
        ),
    ),
)

TEXTS = (
    Case(
        "language missing",
        "campaigns/welcome.yaml",
        "title: {de: Willkommen, en: Welcome}",
        "title: {de: Willkommen}",
        ("campaigns/welcome.yaml:3:8 title: has no text in en; give one for each of de, en",),
    ),
    Case(
        "language that the organisation does not have",
        "campaigns/welcome.yaml",
        "title: {de: Willkommen, en: Welcome}",
        "title: {de: Willkommen, en: Welcome, fr: Bienvenue}",
        ("campaigns/welcome.yaml:3:42 title.fr: 'fr' is none of the organisation's languages (de, en)",),
    ),
    Case(
        "text that is empty",
        "campaigns/welcome.yaml",
        "title: {de: Willkommen, en: Welcome}",
        'title: {de: " ", en: Welcome}',
        ("campaigns/welcome.yaml:3:13 title.de: the text is empty",),
    ),
    Case(
        "plain text instead of languages",
        "campaigns/welcome.yaml",
        "title: {de: Willkommen, en: Welcome}",
        "title: Willkommen",
        ("campaigns/welcome.yaml:3:8 title: must be a mapping (key: value), but is the text 'Willkommen'",),
    ),
    Case(
        "number as text",
        "campaigns/welcome.yaml",
        "title: {de: Willkommen, en: Welcome}",
        "title: {de: 2027, en: Welcome}",
        ('campaigns/welcome.yaml:3:13 title.de: must be text, but is the number 2027; put it in quotes: "2027"',),
    ),
    Case(
        "several lines where one is wanted",
        "config/organisation.yaml",
        "name: Muster\n",
        'name: "Muster\\nBcc: x"\n',
        ("config/organisation.yaml:1:7 name: must be a single line without control characters",),
    ),
    Case(
        "file of one language missing",
        "config/content.yaml",
        "files: {de: downloads/guide.de.pdf, en: downloads/guide.en.pdf}\n    order",
        "files: {de: downloads/guide.de.pdf}\n    order",
        ("config/content.yaml:9:12 content.guide.files: has no entry in en; give one for each of de, en",),
    ),
    Case(
        "language code",
        "config/organisation.yaml",
        "[de, en]",
        "[de, en, English]",
        (
            "config/organisation.yaml:3:21 languages.2: 'English' is not a language; write its two-letter code, such as de or en",
        ),
    ),
)

TIME = (
    Case(
        "duration without a unit",
        "campaigns/welcome.yaml",
        "gap: 3 days",
        "gap: 3",
        (
            "campaigns/welcome.yaml:9:6 gap: is not a duration; write a number and a unit, such as '3 days', '2 Wochen' or '1 month'",
        ),
    ),
    Case(
        "duration in unknown words",
        "campaigns/welcome.yaml",
        "gap: 3 days",
        "gap: 3 fortnights",
        (
            "campaigns/welcome.yaml:9:6 gap: '3 fortnights' is not a duration; write a number and a unit, such as '3 days', '2 Wochen' or '1 month'",
        ),
    ),
    Case(
        "negative duration",
        "campaigns/welcome.yaml",
        "gap: 3 days",
        "gap: -3 days",
        ("campaigns/welcome.yaml:9:6 gap: '-3 days' is negative; a duration is at least '1 minute'",),
    ),
    Case(
        "no time at all",
        "campaigns/welcome.yaml",
        "wait: 5 days",
        "wait: 0 days",
        ("campaigns/welcome.yaml:16:11 steps.1.wait: '0 days' is no time at all; a duration is at least '1 minute'",),
    ),
    Case(
        "duration beyond reason",
        "campaigns/welcome.yaml",
        "wait: 5 days",
        "wait: 99999 years",
        ("campaigns/welcome.yaml:16:11 steps.1.wait: '99999 years' is longer than 100 years; write a shorter one",),
    ),
    Case(
        "office time in days",
        "config/sales.yaml",
        "answer_within: 8 hours",
        "answer_within: 2 days",
        ("config/sales.yaml:2:16 answer_within: '2 days' must be in minutes or hours here, such as '4 hours'",),
    ),
    Case(
        "time of day that does not exist",
        "config/calendar.yaml",
        'to: "17:30"',
        'to: "25:30"',
        (
            "config/calendar.yaml:4:68 office_hours.to: '25:30' is not a time of day; write hours and minutes in quotes, such as \"08:30\"",
        ),
    ),
    Case(
        "window that never opens",
        "campaigns/welcome.yaml",
        'to: "17:00"',
        'to: "08:00"',
        ("campaigns/welcome.yaml:8:52 window.to: the window never opens: it begins at 08:00 and ends at 08:00",),
    ),
    Case(
        "office that never opens",
        "config/calendar.yaml",
        'to: "17:30"',
        'to: "07:30"',
        ("config/calendar.yaml:4:68 office_hours.to: the office never opens: it begins at 08:30 and ends at 07:30",),
    ),
    Case(
        "time zone misspelt",
        "config/calendar.yaml",
        "Europe/Berlin",
        "Europe/Berln",
        ("config/calendar.yaml:1:12 time_zone: there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?",),
    ),
    Case(
        "country in lower case",
        "config/calendar.yaml",
        "country: DE",
        "country: de",
        ("config/calendar.yaml:2:21 holidays.country: there is no country 'de'; did you mean 'DE'?",),
    ),
    Case(
        "country that does not exist",
        "config/calendar.yaml",
        "country: DE",
        "country: ZZ",
        ("config/calendar.yaml:2:21 holidays.country: there is no country 'ZZ'; write its two-letter code, such as DE",),
    ),
    Case(
        "state of another country",
        "config/calendar.yaml",
        "state: NW",
        "state: TX",
        (
            "config/calendar.yaml:2:32 holidays.state: DE has no state 'TX'; there are Augsburg, BB, BE, BW, BY, Baden-Württemberg, Bayern, Berlin, …",
        ),
    ),
    Case(
        "closed day that no year has",
        "config/calendar.yaml",
        '"12-24"',
        '"02-30"',
        (
            "config/calendar.yaml:3:21 closed_every_year.0: '02-30' is not a day of the year; write month and day in quotes, such as \"12-24\"",
        ),
    ),
    Case(
        "told: an answer nobody can give",
        "config/scoring.yaml",
        "  portal: {A: 40, B: 60, C: 90, D: never}",
        "  portal: {A: 40, B: 60, C: 90, D: never}\ntold:\n  function: {plannin: B2}",
        (
            "config/scoring.yaml:36:14 told.function.plannin: 'plannin' is no answer to 'function'; did you mean 'planning'?",
        ),
    ),
    Case(
        "told: a field no form asks and a class that is none",
        "config/scoring.yaml",
        "  portal: {A: 40, B: 60, C: 90, D: never}",
        "  portal: {A: 40, B: 60, C: 90, D: never}\ntold:\n  plannts: {many: B9}",
        (
            "config/scoring.yaml:36:3 told.plannts: there is no form field 'plannts'; did you mean 'plants'?",
            "config/scoring.yaml:36:19 told.plannts.many: 'B9' is not possible here; write one of C, B1, B2, B3, A",
        ),
    ),
    Case(
        "date that no year has",
        "config/scoring.yaml",
        "date: 2026-09-15",
        "date: 2026-02-30",
        ("config/scoring.yaml:1:16 agreed.date: '2026-02-30' is not a date: day is out of range for month",),
    ),
    Case(
        "date in German",
        "config/scoring.yaml",
        "date: 2026-09-15",
        "date: 15.09.2026",
        (
            "config/scoring.yaml:1:16 agreed.date: '15.09.2026' is not a date; write year, month and day, such as 2026-09-15",
        ),
    ),
    Case(
        "moment without a time",
        "campaigns/fair.yaml",
        "starts: 2027-04-20 09:00",
        "starts: 2027-04-20",
        (
            "campaigns/fair.yaml:11:11 event.starts: '2027-04-20' is not a moment in time; write local date and time, such as \"2027-04-20 09:00\"",
        ),
    ),
    Case(
        "moment that no day has",
        "config/forms/fair.yaml",
        "ends: 2027-04-23 18:00",
        "ends: 2027-04-23 28:00",
        ("config/forms/fair.yaml:15:9 event.ends: '2027-04-23 28:00' is not a moment in time: hour must be in 0..23",),
    ),
    Case(
        "event that ends before it starts",
        "campaigns/fair.yaml",
        "ends: 2027-04-23",
        "ends: 2027-04-19",
        ("campaigns/fair.yaml:12:9 event.ends: the event ends (2027-04-19 18:00) before it starts",),
    ),
)

ADDRESSES = (
    Case(
        "e-mail address without a domain",
        "config/sales.yaml",
        "head: leitung@muster.example",
        "head: leitung",
        ("config/sales.yaml:1:7 head: 'leitung' is not an e-mail address: An email address must have an @-sign.",),
    ),
    Case(
        "e-mail address with a name",
        "config/organisation.yaml",
        "reply_to: antwort@muster.example",
        "reply_to: Antwort <antwort@muster.example>",
        (
            "config/organisation.yaml:7:13 sender.reply_to: 'Antwort <antwort@muster.example>' is not an e-mail address: A display name and angle bracket",
        ),
    ),
    Case(
        "address of the web without https",
        "config/organisation.yaml",
        "website: https://www.muster.example",
        "website: www.muster.example",
        (
            "config/organisation.yaml:2:10 website: 'www.muster.example' is not a web address; write all of it, such as https://www.example.com/page",
        ),
    ),
    Case(
        "address of the web with a script",
        "config/content.yaml",
        "en: https://www.muster.example/en/list",
        'en: "javascript:alert(1)"',
        (
            "config/content.yaml:29:54 content.parts-list.urls.en: 'javascript:alert(1)' is not a web address; write all of it, such as https://www.examp",
        ),
    ),
    Case(
        "origin with a path",
        "config/forms/guide.yaml",
        'https://www.muster.example"]',
        'https://www.muster.example/form"]',
        (
            "config/forms/guide.yaml:16:11 origins.0: 'https://www.muster.example/form' is not an origin; write scheme and host only, such as https://www",
        ),
    ),
    Case(
        "sender domain with https",
        "config/organisation.yaml",
        "reply_to: antwort@muster.example",
        "reply_to: antwort@muster.example\n  domain: https://muster.example",
        (
            "config/organisation.yaml:8:11 sender.domain: 'https://muster.example' is not a domain; write it in lower case without http, such as example.",
        ),
    ),
    Case(
        "content outside config",
        "config/content.yaml",
        "files: {de: downloads/guide.de.pdf, en: downloads/guide.en.pdf}\n    order",
        "files: {de: ../../etc/passwd, en: downloads/guide.en.pdf}\n    order",
        (
            "config/content.yaml:9:17 content.guide.files.de: '../../etc/passwd' must be a path below config/, such as downloads/guide.de.pdf",
        ),
    ),
    Case(
        "content that does not exist",
        "config/content.yaml",
        "files: {de: downloads/guide.de.pdf, en: downloads/guide.en.pdf}\n    order",
        "files: {de: downloads/guide.pdf, en: downloads/guide.en.pdf}\n    order",
        (
            "config/content.yaml:9:17 content.guide.files.de: there is no file config/downloads/guide.pdf; put it there or correct the path",
        ),
    ),
)

REFERENCES = (
    Case(
        "unknown product",
        "campaigns/welcome.yaml",
        "product: planner",
        "product: plannner",
        ("campaigns/welcome.yaml:4:10 product: there is no product 'plannner'; did you mean 'planner'?",),
    ),
    Case(
        "unknown function",
        "config/content.yaml",
        "functions: [it]",
        "functions: [its]",
        ("config/content.yaml:16:17 content.guide-it.functions.0: there is no function 'its'; did you mean 'it'?",),
    ),
    Case(
        "unknown topic",
        "campaigns/welcome.yaml",
        "{interest: bottlenecks}",
        "{interest: bottleneck}",
        (
            "campaigns/welcome.yaml:20:25 steps.2.branch.0.if.interest: there is no topic 'bottleneck'; did you mean 'bottlenecks'?",
        ),
    ),
    Case(
        "unknown content",
        "campaigns/welcome.yaml",
        "offers: guide",
        "offers: guides",
        ("campaigns/welcome.yaml:14:42 steps.0.offers: there is no content item 'guides'; did you mean 'guide'?",),
    ),
    Case(
        "unknown form",
        "campaigns/welcome.yaml",
        "forms: [guide]",
        "forms: [gude]",
        ("campaigns/welcome.yaml:7:35 entry.forms.0: there is no form 'gude'; did you mean 'guide'?",),
    ),
    Case(
        "unknown purpose",
        "config/forms/guide.yaml",
        "[nurture, tracking, phone]",
        "[nurture, traking, phone]",
        ("config/forms/guide.yaml:15:21 purposes.1: there is no purpose 'traking'; did you mean 'tracking'?",),
    ),
    Case(
        "unknown campaign",
        "campaigns/welcome.yaml",
        "enrol: fair",
        "enrol: fairs",
        ("campaigns/welcome.yaml:25:25 steps.5.enrol: there is no campaign 'fairs'; did you mean 'fair'?",),
    ),
    Case(
        "unknown step in a condition",
        "campaigns/welcome.yaml",
        "{clicked: {step: hello}}",
        "{clicked: {step: helo}}",
        ("campaigns/welcome.yaml:17:29 steps.1.until.clicked.step: there is no step 'helo'; did you mean 'hello'?",),
    ),
    Case(
        "unknown mail",
        "campaigns/welcome.yaml",
        "mail: bottlenecks",
        "mail: bottleneck",
        (
            "campaigns/welcome.yaml:23:31 steps.3.mail: there is no mail 'bottleneck' in mail_templates/; did you mean 'bottlenecks'?",
        ),
    ),
    Case(
        "unknown field in scoring",
        "config/scoring.yaml",
        "field: plants",
        "field: plant",
        ("config/scoring.yaml:11:12 profile.many-plants.field: there is no form field 'plant'; did you mean 'plants'?",),
    ),
    Case(
        "unknown product of a salesperson",
        "config/sales.yaml",
        "[planner, portal]",
        "[planner, portal, porta]",
        ("config/sales.yaml:5:125 team.bernd.products.2: there is no product 'porta'; did you mean 'portal'?",),
    ),
    Case(
        "unknown language of a salesperson",
        "config/sales.yaml",
        "language: de",
        "language: fr",
        ("config/sales.yaml:5:93 team.bernd.language: there is no language 'fr'; there are de, en",),
    ),
    Case(
        "unknown product with thresholds",
        "config/scoring.yaml",
        "  portal: {A",
        "  portals: {A",
        (
            "config/scoring.yaml:32:1 thresholds: has no entry for the product 'portal'; add portal: {A: …, B: …, C: …, D: never}",
            "config/scoring.yaml:34:3 thresholds.portals: there is no product 'portals'; did you mean 'portal'?",
        ),
    ),
    Case(
        "unknown function in the fallback",
        "config/mailing.yaml",
        '"{function}/any"',
        '"plan/any"',
        (
            "config/mailing.yaml:4:34 fallback.1: 'plan' is neither a function nor {function} or any; did you mean 'planning'?",
        ),
    ),
    Case(
        "unknown phase in the fallback",
        "config/mailing.yaml",
        '"{function}/any"',
        '"{function}/B1"',
        (
            "config/mailing.yaml:4:34 fallback.1: 'B1' is neither a phase in lower case nor {phase} or any; did you mean 'b1'?",
        ),
    ),
    Case(
        "fallback that is no pattern",
        "config/mailing.yaml",
        '"{function}/any"',
        '"{function}"',
        (
            "config/mailing.yaml:4:34 fallback.1: '{function}' is not a pattern for templates; write function and phase, such as '{function}/any'",
        ),
    ),
    Case(
        "unknown answer in scoring",
        "config/scoring.yaml",
        "values: [many]",
        "values: [mani]",
        ("config/scoring.yaml:12:14 profile.many-plants.values.0: 'mani' is no answer to 'plants'; did you mean 'many'?",),
    ),
    Case(
        "unknown function as an answer",
        "config/scoring.yaml",
        "values: [planning]",
        "values: [plannig]",
        (
            "config/scoring.yaml:7:14 profile.planner-job.values.0: 'plannig' is no answer to 'function'; did you mean 'planning'?",
        ),
    ),
    Case(
        "unknown answer in a condition",
        "campaigns/wake-up.yaml",
        "if: {class: [B1, B2, B3]}",
        "if: {answered: {field: plants, values: [two]}}",
        ("campaigns/wake-up.yaml:6:83 entry.if.answered.values.0: 'two' is no answer to 'plants'; there are many, one",),
    ),
    Case(
        "unknown item as root of a variant",
        "config/content.yaml",
        "variant_of: guide",
        "variant_of: gide",
        ("config/content.yaml:21:17 content.guide-it.variant_of: there is no content item 'gide'; did you mean 'guide'?",),
    ),
    Case(
        "topic of another product",
        "config/content.yaml",
        "topic: spare-parts",
        "topic: lead-time",
        (
            "config/content.yaml:25:12 content.parts-list.topic: 'lead-time' is no topic of portal; write one of spare-parts",
        ),
    ),
    Case(
        "function the product is of no interest to",
        "config/content.yaml",
        "product: portal\n    topic: spare-parts",
        "product: portal\n    functions: [planning]\n    topic: spare-parts",
        (
            "config/content.yaml:25:17 content.parts-list.functions.0: portal is of no interest to 'planning'; write one of it or add it to the product",
        ),
    ),
    Case(
        "topic of two products",
        "config/products.yaml",
        "      spare-parts: {de",
        "      lead-time: {de: Zeit, en: Time}\n      spare-parts: {de",
        (
            "config/products.yaml:18:7 products.portal.topics.lead-time: the topic 'lead-time' belongs to 'planner' already; give it another id",
        ),
    ),
    Case(
        "variant of itself",
        "config/content.yaml",
        "variant_of: guide",
        "variant_of: guide-it",
        (
            "config/content.yaml:21:17 content.guide-it.variant_of: an item is no variant of itself; name another one or remove this",
        ),
    ),
    Case(
        "variant of a variant",
        "config/content.yaml",
        "    urls:",
        "    variant_of: guide-it\n    urls:",
        (
            "config/content.yaml:29:17 content.parts-list.variant_of: 'guide-it' is itself a variant; name the item it is a variant of: guide",
        ),
    ),
)

FORMS_AND_CONSENT = (
    Case(
        "landing page without an address",
        "config/forms/guide.yaml",
        "  - {name: email, kind: email, label: {de: E-Mail, en: E-mail}, required: true, autocomplete: email}\n",
        "",
        (
            "config/forms/guide.yaml:12:3 fields: has no field named 'email'; only a profile form (profile: true) may do without",
        ),
    ),
    Case(
        "profile form that asks for the address",
        "config/forms/more.yaml",
        "fields:\n",
        "fields:\n  - {name: email, kind: email, label: {de: E-Mail, en: E-mail}}\n",
        ("config/forms/more.yaml:9:5 fields.0: a profile form knows the address already; remove the field 'email'",),
    ),
    Case(
        "profile form that asks for consent",
        "config/forms/more.yaml",
        "profile: true",
        "profile: true\npurposes: [nurture]",
        ("config/forms/more.yaml:16:11 purposes: a profile form asks for no consent; remove purposes",),
    ),
    Case(
        "landing page without consent",
        "config/forms/guide.yaml",
        "purposes: [nurture, tracking, phone]\n",
        "",
        (
            "campaigns/welcome.yaml:7:35 entry.forms.0: the form 'guide' does not ask for 'nurture', so nobody comes in through it",
            "config/forms/guide.yaml:1:1: asks for no consent; name at least one purpose of kind mail in 'purposes'",
        ),
    ),
    Case(
        "landing page without consent to mail",
        "config/forms/guide.yaml",
        "[nurture, tracking, phone]",
        "[tracking]",
        (
            "campaigns/welcome.yaml:7:35 entry.forms.0: the form 'guide' does not ask for 'nurture', so nobody comes in through it",
            "config/forms/guide.yaml:15:11 purposes: asks for no consent to mail; add a purpose of kind mail",
        ),
    ),
    Case(
        "choice without options",
        "config/forms/more.yaml",
        "    options:\n      one: {de: eins, en: one}\n      many: {de: mehrere, en: several}\n",
        "",
        ("config/forms/more.yaml:9:5 fields.0: a choice needs options: value: label",),
    ),
    Case(
        "options without a choice",
        "config/forms/more.yaml",
        "kind: choice",
        "kind: text",
        ("config/forms/more.yaml:13:7 fields.0.options: only a choice has options, and this is of kind text",),
    ),
    Case(
        "known field of a wrong kind",
        "config/forms/guide.yaml",
        "name: email, kind: email",
        "name: email, kind: text",
        ("config/forms/guide.yaml:12:25 fields.0.kind: a field named 'email' must be of kind email",),
    ),
    Case(
        "field twice",
        "config/forms/guide.yaml",
        "purposes:",
        "  - {name: last_name, kind: text, label: {de: Nachname, en: Surname}}\npurposes:",
        (
            "config/forms/guide.yaml:15:12 fields.3.name: there is a field 'last_name' above; every field needs a name of its own",
        ),
    ),
    Case(
        "option that is no function",
        "config/forms/guide.yaml",
        "label: {de: Aufgabe, en: Job}",
        "label: {de: Aufgabe, en: Job}, options: {planning: {de: a, en: a}, itt: {de: a, en: a}}",
        ("config/forms/guide.yaml:13:103 fields.1.options.itt: there is no function 'itt'; did you mean 'it'?",),
    ),
    Case(
        "offer about another product",
        "config/forms/guide.yaml",
        "offers: guide",
        "offers: parts-list",
        (
            "config/forms/guide.yaml:10:9 offers: 'parts-list' is about portal, the form about planner; offer something about planner",
        ),
    ),
    Case(
        "answer of no length",
        "config/forms/guide.yaml",
        "max_length: 80",
        "max_length: 0",
        ("config/forms/guide.yaml:14:76 fields.2.max_length: 0 is not possible; it must be at least 1",),
    ),
    Case(
        "no purpose of kind mail",
        "config/consent.yaml",
        "kind: mail",
        "kind: phone",
        (
            "campaigns/fair.yaml:5:10 purpose: 'nurture' is of kind phone; mails need a purpose of kind mail",
            "campaigns/wake-up.yaml:5:10 purpose: 'nurture' is of kind phone; mails need a purpose of kind mail",
            "campaigns/welcome.yaml:5:10 purpose: 'nurture' is of kind phone; mails need a purpose of kind mail",
            "config/consent.yaml:1:1 purposes: has no purpose of kind mail, so that nobody can be written to; add one",
            "config/forms/fair.yaml:10:11 purposes: asks for no consent to mail; add a purpose of kind mail",
            "config/forms/guide.yaml:15:11 purposes: asks for no consent to mail; add a purpose of kind mail",
        ),
    ),
    Case(
        "neither files nor urls",
        "config/content.yaml",
        "    urls: {de: https://www.muster.example/liste, en: https://www.muster.example/en/list}\n",
        "",
        ("config/content.yaml:23:5 content.parts-list: has neither files nor urls; give one of them",),
    ),
    Case(
        "both files and urls",
        "config/content.yaml",
        "    urls:",
        "    files: {de: downloads/guide.de.pdf, en: downloads/guide.en.pdf}\n    urls:",
        ("config/content.yaml:30:11 content.parts-list.urls: has both files and urls; keep one of them",),
    ),
)

SCORING_SALES_MAILING = (
    Case(
        "grades that do not descend",
        "config/scoring.yaml",
        "{A: 60, B: 40, C: 20}",
        "{A: 60, B: 40, C: 50}",
        ("config/scoring.yaml:14:27 grades.C: grade C must need fewer points than grade B (50 against 40)",),
    ),
    Case(
        "grade beyond reach",
        "config/scoring.yaml",
        "{A: 60, B: 40, C: 20}",
        "{A: 80, B: 40, C: 20}",
        ("config/scoring.yaml:14:13 grades.A: grade A cannot be reached: the profile rules give at most 70 points",),
    ),
    Case(
        "thresholds of a product missing",
        "config/scoring.yaml",
        "  portal: {A: 40, B: 60, C: 90, D: never}\n",
        "",
        (
            "config/scoring.yaml:32:1 thresholds: has no entry for the product 'portal'; add portal: {A: …, B: …, C: …, D: never}",
        ),
    ),
    Case(
        "threshold of a grade missing",
        "config/scoring.yaml",
        "portal: {A: 40, B: 60, C: 90, D: never}",
        "portal: {A: 40, B: 60, C: 90}",
        ("config/scoring.yaml:34:3 thresholds.portal.D: is missing; add it",),
    ),
    Case(
        "threshold that is neither points nor never",
        "config/scoring.yaml",
        "portal: {A: 40, B: 60, C: 90, D: never}",
        "portal: {A: 40, B: 60, C: 90, D: nie}",
        ("config/scoring.yaml:34:36 thresholds.portal.D: 'nie' is not possible here; write points or never",),
    ),
    Case(
        "negative threshold",
        "config/scoring.yaml",
        "portal: {A: 40, B: 60, C: 90, D: never}",
        "portal: {A: -40, B: 60, C: 90, D: never}",
        ("config/scoring.yaml:34:15 thresholds.portal.A: -40 is not possible; it must be more than 0",),
    ),
    Case(
        "better grade that needs more points",
        "config/scoring.yaml",
        "portal: {A: 40, B: 60, C: 90, D: never}",
        "portal: {A: 70, B: 60, C: 90, D: never}",
        ("config/scoring.yaml:34:22 thresholds.portal.B: grade B must not need fewer points than grade A",),
    ),
    Case(
        "threshold beyond all caps",
        "config/scoring.yaml",
        "planner: {A: 40, B: 60, C: 90,",
        "planner: {A: 40, B: 60, C: 900,",
        (
            "config/scoring.yaml:33:30 thresholds.planner.C: 900 points cannot be reached: the rules that concern planner give at most 182 with their cap",
        ),
    ),
    Case(
        "rule of no points",
        "config/scoring.yaml",
        "    points: 5\n",
        "    points: 0\n",
        (
            "config/scoring.yaml:19:13 behaviour.any-click.points: 0 points never change a score; give points or remove the rule",
            "config/scoring.yaml:33:30 thresholds.planner.C: 90 points cannot be reached: the rules that concern planner give at most 80 with their caps;",
            "config/scoring.yaml:34:22 thresholds.portal.B: 60 points cannot be reached: the rules that concern portal give at most 40 with their caps; l",
            "config/scoring.yaml:34:29 thresholds.portal.C: 90 points cannot be reached: the rules that concern portal give at most 40 with their caps; l",
        ),
    ),
    Case(
        "cap below the points of one activity",
        "config/scoring.yaml",
        "cap: {points: 30,",
        "cap: {points: 3,",
        (
            "config/scoring.yaml:20:19 behaviour.any-click.cap.points: the cap of 3 is less than the 5 points of one activity",
        ),
    ),
    Case(
        "rule about content for a form",
        "config/scoring.yaml",
        "    activity: form\n",
        "    activity: form\n    topics: [lead-time]\n",
        (
            "config/scoring.yaml:30:5 behaviour.form-used.topics: the rule never fires: 'form' has no topics; it can be narrowed by forms",
        ),
    ),
    Case(
        "rule about forms for a click",
        "config/scoring.yaml",
        "    activity: click\n",
        "    activity: click\n    forms: [guide]\n",
        (
            "config/scoring.yaml:19:5 behaviour.any-click.forms: the rule never fires: 'click' has no forms; it can be narrowed by content_kinds, content",
            "config/scoring.yaml:35:22 thresholds.portal.B: 60 points cannot be reached: the rules that concern portal give at most 40 with their caps; l",
            "config/scoring.yaml:35:29 thresholds.portal.C: 90 points cannot be reached: the rules that concern portal give at most 40 with their caps; l",
        ),
    ),
    Case(
        "rule that no content fits",
        "config/scoring.yaml",
        "content_kinds: [white-paper]",
        "content_kinds: [white-paper]\n    phases: [B3]",
        (
            "config/scoring.yaml:21:3 behaviour.guide-read: the rule never fires: no content item fits its content_kinds and phases",
        ),
    ),
    Case(
        "nobody sells a product",
        "config/sales.yaml",
        "[planner, portal]",
        "[planner]",
        (
            "config/sales.yaml:4:1 team: nobody sells 'portal', so that its leads would wait for ever; add it to somebody's products",
        ),
    ),
    Case(
        "reminder after the answer is due",
        "config/sales.yaml",
        "remind_after: 4 hours",
        "remind_after: 9 hours",
        ("config/sales.yaml:3:15 remind_after: the reminder must come before the answer is due (answer_within)",),
    ),
    Case(
        "salesperson without capacity",
        "config/sales.yaml",
        "open_leads: 8",
        "open_leads: 0",
        ("config/sales.yaml:5:138 team.bernd.open_leads: 0 is not possible; it must be at least 1",),
    ),
    Case(
        "caps that contradict each other",
        "config/mailing.yaml",
        "per_week: 2",
        "per_week: 5",
        (
            "config/mailing.yaml:1:31 caps.per_week: 5 mails in a week are impossible with a gap of 2 days; lower one of the two",
        ),
    ),
    Case(
        "no mail in a week",
        "config/mailing.yaml",
        "per_week: 2",
        "per_week: 0",
        ("config/mailing.yaml:1:31 caps.per_week: 0 is not possible; it must be at least 1",),
    ),
)

CAMPAIGNS = (
    Case(
        "purpose of another kind",
        "campaigns/wake-up.yaml",
        "purpose: nurture",
        "purpose: phone",
        ("campaigns/wake-up.yaml:5:10 purpose: 'phone' is of kind phone; mails need a purpose of kind mail: nurture",),
    ),
    Case(
        "entry through a form that does not ask",
        "campaigns/welcome.yaml",
        "forms: [guide]",
        "forms: [guide, more]",
        (
            "campaigns/welcome.yaml:7:42 entry.forms.1: the form 'more' does not ask for 'nurture', so nobody comes in through it",
        ),
    ),
    Case(
        "quiet entry without a time",
        "campaigns/wake-up.yaml",
        "quiet_for: 60 days, ",
        "",
        ("campaigns/wake-up.yaml:6:16 entry.event: the event 'quiet' needs quiet_for, such as quiet_for: 60 days",),
    ),
    Case(
        "class entry without classes",
        "campaigns/fair.yaml",
        "{event: enrol}",
        "{event: class}",
        ("campaigns/fair.yaml:6:16 entry.event: the event 'class' needs classes, such as classes: [B2]",),
    ),
    Case(
        "entry with the key of another event",
        "campaigns/fair.yaml",
        "{event: enrol}",
        "{event: enrol, forms: [guide]}",
        ("campaigns/fair.yaml:6:30 entry.forms: belongs to the events confirmed and form, not to 'enrol'",),
    ),
    Case(
        "event campaign without an event",
        "campaigns/fair.yaml",
        "event:\n  name: {de: Messe, en: Fair}\n  place: {de: Köln, en: Cologne}\n  starts: 2027-04-20 09:00\n  ends: 2027-04-23 18:00\n",
        "",
        ("campaigns/fair.yaml:2:7 kind: an event campaign needs event: {name, place, starts, ends}",),
    ),
    Case(
        "event in another kind of campaign",
        "campaigns/fair.yaml",
        "kind: event",
        "kind: follow-up",
        ("campaigns/fair.yaml:8:1 event: only campaigns of kind event have an event, this one is of kind follow-up",),
    ),
    Case(
        "wait for an event that there is not",
        "campaigns/wake-up.yaml",
        "steps:\n",
        "steps:\n  - {step: wait, wait: {after_event: 1 day}}\n",
        (
            "campaigns/wake-up.yaml:9:25 steps.0.wait.after_event: after_event needs an event; add event: {name, place, starts, ends}",
        ),
    ),
    Case(
        "wait for two events",
        "campaigns/fair.yaml",
        "{before_event: 3 days}",
        "{before_event: 3 days, after_event: 1 day}",
        ("campaigns/fair.yaml:14:30 steps.0.wait: needs exactly one of before_event and after_event",),
    ),
    Case(
        "step that does nothing",
        "campaigns/wake-up.yaml",
        "mail: welcome",
        "mial: welcome",
        (
            "campaigns/wake-up.yaml:9:5 steps.0: the step does nothing; it needs one of the keys mail, wait, branch, enrol, task, leave; did you mean 'ma",
        ),
    ),
    Case(
        "step that does two things",
        "campaigns/wake-up.yaml",
        "mail: welcome",
        "mail: welcome, wait: 3 days",
        (
            "campaigns/wake-up.yaml:9:5 steps.0: a step does one thing, this one says mail and wait; make several steps of it",
        ),
    ),
    Case(
        "step name twice",
        "campaigns/welcome.yaml",
        "step: bottlenecks, mail",
        "step: hello, mail",
        (
            "campaigns/welcome.yaml:20:43 steps.2.branch.0.go: there is no step 'bottlenecks'; there are by-interest, call, end, hello, more, over, pause",
            "campaigns/welcome.yaml:23:12 steps.3.step: the step 'hello' is already in line 14; every step needs a name of its own",
        ),
    ),
    Case(
        "step called end",
        "campaigns/wake-up.yaml",
        "step: still-there",
        "step: end",
        (
            "campaigns/wake-up.yaml:9:12 steps.0.step: 'end' is the name of the implicit last step; only a step with leave may be called so",
        ),
    ),
    Case(
        "go to an unknown step",
        "campaigns/welcome.yaml",
        "go: more",
        "go: mor",
        ("campaigns/welcome.yaml:23:48 steps.3.go: there is no step 'mor'; did you mean 'more'?",),
    ),
    Case(
        "branch to an unknown step",
        "campaigns/welcome.yaml",
        "else: over",
        "else: ovre",
        ("campaigns/welcome.yaml:22:11 steps.2.else: there is no step 'ovre'; did you mean 'over'?",),
    ),
    Case(
        "branch without else",
        "campaigns/welcome.yaml",
        "    else: over\n",
        "",
        ("campaigns/welcome.yaml:18:5 steps.2.else: is missing; add it",),
    ),
    Case(
        "step that no way leads to",
        "campaigns/welcome.yaml",
        "go: call}",
        "go: over}",
        (
            "campaigns/welcome.yaml:24:12 steps.4.step: no way leads to the step 'call'; let a go or a branch lead here, or remove it",
        ),
    ),
    Case(
        "step after leave",
        "campaigns/wake-up.yaml",
        "mail: welcome}",
        "mail: welcome}\n  - {step: out, leave: genug}\n  - {step: after, mail: welcome}",
        (
            "campaigns/wake-up.yaml:11:12 steps.2.step: no way leads to the step 'after'; let a go or a branch lead here, or remove it",
        ),
    ),
    Case(
        "loop in which no time passes",
        "campaigns/welcome.yaml",
        "enrol: fair}",
        "enrol: fair, go: by-interest}",
        (
            "campaigns/welcome.yaml:18:11 steps.2.step: the loop by-interest -> call -> more -> by-interest has neither a wait nor a mail; put a wait int",
        ),
    ),
    Case(
        "step that goes to itself",
        "campaigns/welcome.yaml",
        "due_in: 2 days, only",
        "due_in: 2 days, go: call, only",
        (
            "campaigns/welcome.yaml:24:12 steps.4.step: the loop call -> call has neither a wait nor a mail; put a wait into it",
        ),
    ),
    Case(
        "go that is never used",
        "campaigns/welcome.yaml",
        "leave: durch}",
        "leave: durch, go: hello}",
        ("campaigns/welcome.yaml:26:32 steps.6.go: a step with leave never goes on from here; remove go",),
    ),
    Case(
        "campaign that enrols into itself",
        "campaigns/welcome.yaml",
        "enrol: fair",
        "enrol: welcome",
        ("campaigns/welcome.yaml:25:25 steps.5.enrol: a campaign cannot enrol into itself; name another one, or use go",),
    ),
    Case(
        "click in a step without mail",
        "campaigns/welcome.yaml",
        "{clicked: {step: hello}}",
        "{clicked: {step: call}}",
        (
            "campaigns/welcome.yaml:17:29 steps.1.until.clicked.step: 'call' sends no mail that could be clicked; name a step with mail",
        ),
    ),
    Case(
        "condition with two keys",
        "campaigns/welcome.yaml",
        "{class: [A, C]}",
        "{class: [A, C], score: 10}",
        (
            "campaigns/welcome.yaml:11:10 exits.0.if: a condition has exactly one key, here are class and score; put them as a list under all: or any:",
        ),
    ),
    Case(
        "condition without a key",
        "campaigns/welcome.yaml",
        "{class: [A, C]}",
        "{}",
        ("campaigns/welcome.yaml:11:10 exits.0.if: the condition is empty; name one, such as class: [B2]",),
    ),
    Case(
        "condition with an unknown key",
        "campaigns/welcome.yaml",
        "{class: [A, C]}",
        "{clas: [A, C]}",
        ("campaigns/welcome.yaml:11:11 exits.0.if.clas: unknown key 'clas'; did you mean 'class'?",),
    ),
    Case(
        "unknown class",
        "campaigns/welcome.yaml",
        "{class: [A, C]}",
        "{class: [A, B4]}",
        ("campaigns/welcome.yaml:11:22 exits.0.if.class.1: 'B4' is not possible here; write one of C, B1, B2, B3, A",),
    ),
    Case(
        "grade that does not exist",
        "campaigns/welcome.yaml",
        "{class: [A, C]}",
        "{grade: E}",
        ("campaigns/welcome.yaml:11:18 exits.0.if.grade: 'E' is not possible here; write one of A, B, C, D",),
    ),
    Case(
        "score of nothing",
        "campaigns/welcome.yaml",
        "{score: 10}",
        "{score: 0}",
        ("campaigns/welcome.yaml:21:56 steps.2.branch.1.if.any.1.not.score: 0 is not possible; it must be more than 0",),
    ),
    Case(
        "priority beyond 100",
        "campaigns/welcome.yaml",
        "priority: 60",
        "priority: 600",
        ("campaigns/welcome.yaml:6:11 priority: 600 is not possible; it must be at most 100",),
    ),
    Case(
        "no steps",
        "campaigns/wake-up.yaml",
        "  - {step: still-there, mail: welcome}\n",
        "  []\n",
        ("campaigns/wake-up.yaml:9:3 steps: must not be empty; give at least one entry",),
    ),
    Case(
        "mail without a template for anybody",
        "mail_templates/bottlenecks/any/any/en.html.j2",
        None,
        None,
        (
            "campaigns/welcome.yaml:23:31 steps.3.mail: the mail 'bottlenecks' has no en.html.j2 with en.txt.j2 for anybody; looked in mail_templates/bot",
        ),
    ),
    Case(
        "mail without its plain text",
        "mail_templates/invite/any/any/de.txt.j2",
        None,
        None,
        (
            "campaigns/fair.yaml:15:26 steps.1.mail: the mail 'invite' has no de.html.j2 with de.txt.j2 for anybody; looked in mail_templates/invite/ for",
        ),
    ),
)

DELIVERY = (
    Case(
        "several at once",
        "config/delivery.yaml",
        None,
        """bounce_domain: Bounce.Muster.example
dkim: {domain: muster.example, selektors: [x], selectors: [N1, a, a]}
providers:
  gogle: {per_second: 5}
  other: {per_second: 1}
  gmx: {per_second: 0, connections: 0}
  a: {hosts: ["*.a.example"], domains: [a.example]}
  b: {domains: [b.example, a.example]}
  google: {pause: 5 hours}
relay: {per_second: fast, connection: 3}
""",
        (
            "config/delivery.yaml:1:16 bounce_domain: 'Bounce.Muster.example' is not a domain",
            "config/delivery.yaml:2:32 dkim.selektors: unknown key 'selektors'",
            "config/delivery.yaml:2:60 dkim.selectors.0: 'N1' is no selector; write lower-case",
            "config/delivery.yaml:6:21 providers.gmx.per_second: 0 mails per second are not possible; write 0.001 to 100000, or unlimited",
            "config/delivery.yaml:6:37 providers.gmx.connections: 0 is not possible; it must be at least 1",
            "config/delivery.yaml:7:15 providers.a.hosts.0: '*.a.example' is no name of a mail server; write it in lower case, or with a dot",
            "config/delivery.yaml:10:21 relay.per_second: 'fast' is no rate; write mails per second such as 0.5, or unlimited",
            "config/delivery.yaml:10:27 relay.connection: unknown key 'connection'; did you mean 'connections'?",
        ),
    ),
    Case(
        "providers that make no sense",
        "config/delivery.yaml",
        None,
        """providers:
  gogle: {per_second: 5}
  mine: {connections: 3}
  other: {per_second: 1}
  a: {domains: [a.example]}
  b: {domains: [b.example, a.example], hosts: [mx.b.example]}
  google: {pause: 5 hours}
relay: {longest_pause: 30 minutes, pause: 1 hour}
""",
        (
            "config/delivery.yaml:2:10 providers.gogle: 'gogle' is a new provider without domains and hosts, so no mail is its; did you mean 'google'?",
            "config/delivery.yaml:3:9 providers.mine: 'mine' is a new provider without domains and hosts, so no mail is its; give at least one of them",
            "config/delivery.yaml:4:10 providers.other: 'other' is set by the key 'other' of the file",
            "config/delivery.yaml:6:28 providers.b.domains.1: 'a.example' belongs to 'a' already",
            "config/delivery.yaml:7:11 providers.google: the first pause is longer than longest_pause; set both",
            "config/delivery.yaml:8:8 relay: the first pause is longer than longest_pause; set both",
        ),
    ),
    Case(
        "shares",
        "config/delivery.yaml",
        "breakers: {sample: 1000, invalid: 3 %, complaints_stop: 0.004}",
        "breakers: {invalid: 3, complaints_warn: 0 %, complaints_stop: some, policy_within: 2 days}",
        (
            "config/delivery.yaml:10:21 breakers.invalid: '3' is not between 0 % and 100 %; write it such as 2 % or 0.02",
            "config/delivery.yaml:10:41 breakers.complaints_warn: '0 %' is not between 0 % and 100 %",
            "config/delivery.yaml:10:63 breakers.complaints_stop: 'some' is not a share; write it such as 2 % or 0.02",
            "config/delivery.yaml:10:84 breakers.policy_within: '2 days' must be in minutes or hours here",
        ),
    ),
    Case(
        "the alarm after the stop",
        "config/delivery.yaml",
        "complaints_stop: 0.004",
        "complaints_warn: 0.5 %",
        ("config/delivery.yaml:10:57 breakers.complaints_warn: the alarm would come after the stop",),
    ),
    Case(
        "a hold without a fixed length",
        "config/delivery.yaml",
        "over: 2 weeks",
        "hold: 1 month",
        (
            "config/delivery.yaml:11:22 soft_bounces.hold: '1 month' has no fixed length; write days or weeks here, such as '30 days'",
        ),
    ),
    Case(
        "a plan that shrinks, since never",
        "config/delivery.yaml",
        "{since: 2026-09-01, first_day: 100, growth: 1.5}",
        "{first_day: 0, growth: 0.5}",
        (
            "config/delivery.yaml:9:1 warm_up.since: is missing; add it",
            "config/delivery.yaml:9:22 warm_up.first_day: 0 is not possible; it must be at least 1",
            "config/delivery.yaml:9:33 warm_up.growth: 0.5 is not possible; it must be at least 1",
        ),
    ),
    Case(
        "misspelt file that may be left out",
        "config/dilivery.yaml",
        None,
        "by_provider: true",
        ("config/dilivery.yaml: is not read by Nurture; remove it or move it elsewhere",),
    ),
)

NETWORKS = (
    Case(
        "networks that are none",
        "config/networks.yaml",
        None,
        "machines: {Gate: [198.51.100.7/24, nonsense, 0.0.0.0/0]}",
        (
            "config/networks.yaml:1:19 machines.Gate.0: '198.51.100.7/24' is no network; write one such as 198.51.100.0/24",
            "config/networks.yaml:1:36 machines.Gate.1: 'nonsense' is no network",
            "config/networks.yaml:1:46 machines.Gate.2: 0.0.0.0/0 is too large a part of the internet",
        ),
    ),
)

CASES = (
    *YAML_AS_SUCH,
    *FILES,
    *KEYS_AND_TYPES,
    *TEXTS,
    *TIME,
    *ADDRESSES,
    *REFERENCES,
    *FORMS_AND_CONSENT,
    *SCORING_SALES_MAILING,
    *CAMPAIGNS,
    *DELIVERY,
    *NETWORKS,
)
