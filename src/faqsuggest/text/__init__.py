"""Text in, text out: normalising, mail parts, language and privacy. Stateless; every function is linear in its input."""
