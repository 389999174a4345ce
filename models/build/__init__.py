"""Rebuilds the shipped encoder from public parts: ``python -m models.build --help``."""
