"""Ledgers in and out: spreadsheets of others, and our own exports that come home."""
