"""Ways to bring files to a counterparty, one module each behind the contract of `base`."""
