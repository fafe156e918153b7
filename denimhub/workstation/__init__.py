"""The workstation: the admin site as operators see it. Knows every package, changes rows through services only."""
