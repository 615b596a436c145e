"""Files that only a list of people may know of."""
