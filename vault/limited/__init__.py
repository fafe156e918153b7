"""Work on bytes of strangers in child processes that may open nothing, hold little and run short."""
