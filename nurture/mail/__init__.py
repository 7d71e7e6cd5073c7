"""From a template and facts to the bytes of a letter: signing links, finding, checking and rendering templates, MIME.

Knows nothing of contacts, campaigns or the database: contexts arrive as plain dicts, links leave as numbers.
"""
