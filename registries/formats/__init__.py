"""Files of registries: one module a format, chosen by name; each takes a sheet and yields bytes."""
