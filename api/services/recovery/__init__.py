"""Property, measures on it, the book of money and its return to victims."""
