"""What a browser may load and run: one policy for every page, and what the workstation needs beyond it."""
from __future__ import annotations

from csp.constants import UNSAFE_EVAL
from csp.decorators import csp_update
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

WORKSTATION: dict[str, list[str]] = {'script-src': [UNSAFE_EVAL]}
"""Alpine, of which unfold's pages are made, evaluates expressions that stand in our own templates."""
PREFIXES = ('/admin/',)

as_workstation = csp_update(WORKSTATION)
"""For a view outside `/admin/` that draws its page with unfold's templates."""


class ContentPolicy(CSPMiddleware):
    """The strict policy of the settings; pages below PREFIXES may also evaluate. Scripts in pages run nowhere."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False,
    ) -> PolicyParts:
        """As the view asked, else as the address says."""
        parts = super().get_policy_parts(request, response, report_only)
        if parts.update is None and request.path_info.startswith(PREFIXES):
            parts.update = WORKSTATION
        return parts
