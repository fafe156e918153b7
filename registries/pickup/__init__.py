"""Places from which files of counterparties are fetched."""
