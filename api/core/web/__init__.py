"""Requests and answers: reading, guarding, routing, errors, the OpenAPI document."""
