"""Adapters, one folder each: nothing outside the catalogue names them."""
