"""Printed forms: plain values in, PDF bytes out. Nothing here knows the database or the clock."""
