"""The rules of lead nurturing: what is decided, never how it is done.

Law of this package: standard library only; no clock, no randomness, no database, no files. Frozen values in,
frozen values out; the present time arrives as the argument ``now`` (aware, UTC).
"""
