"""SpamAssassin over many mails in one process, offline, with the rules of its Debian package and nobody's preferences."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_RULES, _PLUGINS = Path("/usr/share/spamassassin"), Path("/etc/spamassassin")

_DRIVER = r"""
use strict; use warnings; use Mail::SpamAssassin;
my ($folder, $rules) = @ARGV;
my $judge = Mail::SpamAssassin->new({
  local_tests_only => 1, dont_copy_prefs => 1, rules_filename => $rules, site_rules_filename => "$folder/site",
  userprefs_filename => "$folder/prefs", LOCAL_STATE_DIR => "$folder/state", home_dir_for_helpers => $folder,
  config_text => undef, post_config_text => "use_bayes 0\nuse_auto_welcomelist 0\n",
});
for my $file (sort glob("$folder/mails/*")) {
  open(my $in, '<:raw', $file) or die "$file: $!";
  my $mail = $judge->parse([<$in>], 1);
  my $status = $judge->check($mail);
  my $scores = $status->{conf}->{scores};
  my @hits = map { $_ . "=" . ($scores->{$_} // 0) } sort @{ $status->{test_names_hit} };
  $file =~ s{.*/}{};
  print join("\t", $file, $status->get_score(), join(" ", @hits)), "\n";
  $status->finish(); $mail->finish();
}
"""


class NotInstalled(Exception):
    """There is no SpamAssassin to ask; the text says what to do."""


@dataclass(frozen=True)
class Judgement:
    """``hits``: the rules that met, with their scores."""

    score: float
    hits: tuple[str, ...]


def judge(mails: Mapping[str, bytes]) -> dict[str, Judgement]:
    """What SpamAssassin says of each mail. Raises NotInstalled."""
    if shutil.which("spamassassin") is None or not _RULES.is_dir():
        raise NotInstalled("no SpamAssassin: install Debian's spamassassin package")
    with tempfile.TemporaryDirectory(prefix="nurture-spam-") as name:
        folder = Path(name)
        numbers = _write(folder, mails)
        done = subprocess.run(
            ["perl", "-e", _DRIVER, str(folder), str(_RULES)],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env={"PATH": os.environ["PATH"], "HOME": name, "LANG": "C"},
        )
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return {numbers[file]: Judgement(float(score), tuple(hits.split())) for file, score, hits in lines}


def _write(folder: Path, mails: Mapping[str, bytes]) -> dict[str, str]:
    """Everything the driver reads: plugins without local settings, empty preferences, the mails by number."""
    for part in ("site", "state", "mails"):
        (folder / part).mkdir()
    for plugins in _PLUGINS.glob("*.pre"):
        shutil.copy(plugins, folder / "site")
    (folder / "prefs").write_text("")
    numbers = {f"{number:05}": name for number, name in enumerate(mails)}
    for number, name in numbers.items():
        (folder / "mails" / number).write_bytes(mails[name].replace(b"\r\n", b"\n"))
    return numbers
