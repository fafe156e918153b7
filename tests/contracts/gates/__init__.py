"""SMS gateways for tests: processes of their own, each with a journal on the disk."""
