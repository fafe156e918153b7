"""The operator's workstation: the admin site as the operators see it; it knows every package and changes rows through services only."""
