"""Templates of lenders: checked and turned into printed forms. Nothing of Django but in `engine` and `messages`."""
