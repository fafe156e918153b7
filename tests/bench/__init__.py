"""`make bench`: the whole stack beside a bare handler and beside DRF serializers, in one run."""
