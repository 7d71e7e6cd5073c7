"""Everything that is kept: one schema, queries named by the question they answer, migrations.

Rows stay in here. Functions take a Session (or a Connection on the hot paths) and give and take domain values or the
frozen records declared beside them. No function commits: the engine's verbs own their transactions.
"""
