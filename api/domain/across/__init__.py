"""What names the fields and figures of several nouns."""
