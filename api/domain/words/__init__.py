"""Names, numbers and texts as people write them."""
