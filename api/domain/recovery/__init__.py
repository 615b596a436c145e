"""Property, measures, the book of money, distributions."""
