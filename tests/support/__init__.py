"""What tests need of the world: a PostgreSQL server of their own."""
