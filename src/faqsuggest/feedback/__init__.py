"""What agents did with suggestions: slates shown, and what was sent, edited or dismissed, in a log beside the model."""
