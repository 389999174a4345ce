"""Text in, text out: normalising, mail parts, language and privacy. Stateless; linear in its input."""
