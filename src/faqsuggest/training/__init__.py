"""Learning from ticket history: pairs, encoder, tags, feedback and the retrain job with its gate."""
