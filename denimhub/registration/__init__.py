"""Where a partner's people come in: registration, invitations, the partner's own pages. Plain HTML, no script."""
