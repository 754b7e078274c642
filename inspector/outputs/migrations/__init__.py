"""Migrations of the result log (Alembic)."""
