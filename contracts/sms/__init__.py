"""Gateways for SMS: one contract, one module each, chosen by name."""
