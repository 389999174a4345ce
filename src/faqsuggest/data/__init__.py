"""Frames, files and records of tickets and articles → ``KnowledgeBase``, checked and cleaned on the way in."""
