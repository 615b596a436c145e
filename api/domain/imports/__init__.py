"""Cells and columns of ledgers."""
