"""Other people's tables, read as a person reads them."""
