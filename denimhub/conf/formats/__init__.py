"""How dates look to people: Django reads the module of the language."""
