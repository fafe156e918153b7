"""Programs that the tests of real processes start."""
