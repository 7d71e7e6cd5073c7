"""``python -m nurture.cli``: the same as ``nurture``."""

from nurture.cli import main

main(prog_name="nurture")
