"""A demo partner with its till: data for development and a client that plays whole applications over HTTP."""
