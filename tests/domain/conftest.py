"""Property tests here draw the same examples on every run and every machine, and keep no files."""

from hypothesis import settings

settings.register_profile("domain", derandomize=True, database=None, deadline=None, max_examples=150)
settings.load_profile("domain")
