"""Informants and receipts."""
