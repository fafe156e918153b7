"""Looking at files of strangers in limited child processes. Nothing of Django is imported by the child."""
