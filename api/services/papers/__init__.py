"""Papers: made from a record, kept, voided, downloaded."""
