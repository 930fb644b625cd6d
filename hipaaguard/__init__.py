"""HipaaGuard: looks at one workstation, judges it by a policy, and writes one signed report."""

__version__ = "0.1.0"
