"""The development stack: embedded servers and the processes of the system, for `make run` and `make test` only."""
