"""The stations of a contact's way, one module each.

The only place where domain, definitions, mail, delivery and store meet. Each public verb is one transaction (or says
that it joins its caller's) and takes ``now``. What a verb needs of the house comes in a ``Runtime``.
"""
