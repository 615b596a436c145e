"""Connections and transactions, and what is stored beside every noun."""
