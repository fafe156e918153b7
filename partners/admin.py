"""Partners in the workstation: settings with their journal, points, products, keys, calls."""
from __future__ import annotations

import partners.admin_calls
import partners.admin_changes
import partners.admin_partners  # noqa: F401 - each registers its pages
