"""Those who report: the public page, receipts, and the vault of their identities."""
