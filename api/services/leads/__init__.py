"""Leads on their way, from intake to closing."""
