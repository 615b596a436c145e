"""What units did: publicity, mediation, service."""
