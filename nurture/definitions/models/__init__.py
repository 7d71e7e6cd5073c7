"""The shape of every file, one model per mapping, and how each becomes a domain object.

Models know one file at a time; what is said about other files is asked of ``shape.Surroundings``. The docstrings of
the attributes are what editors show and what the configuration reference prints.
"""
