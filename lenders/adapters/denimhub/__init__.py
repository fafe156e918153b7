"""The DenimHub lender protocol, version 1: our own HTTP and JSON, see docs/lender-protocol.md."""
from lenders.adapters.denimhub.adapter import DenimHubAdapter

__all__ = ['DenimHubAdapter']
