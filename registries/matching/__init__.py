"""Files of counterparties: how they are read, and what two sides of a deal say together. Pure."""
