"""People of the workstation: who may do what, how they log in, how long they stay."""
