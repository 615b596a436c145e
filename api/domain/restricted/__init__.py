"""Restricted files."""
