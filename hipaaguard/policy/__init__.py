"""The policy language: what a practice asks of a workstation, as data.

A policy cannot run a program, name a file to read or send anything anywhere; loading a hostile one
is safe. `load_policy` reads a file, `load_shipped` one of those that come with HipaaGuard, and
`hipaaguard.evaluate` judges by it.
"""

from hipaaguard.policy.library import shipped, shipped_text
from hipaaguard.policy.load import load_policy, load_shipped, policy_id
from hipaaguard.policy.nouns import Check, Policy, Setting, SettingType, digest

__all__ = [
    "Check",
    "Policy",
    "Setting",
    "SettingType",
    "digest",
    "load_policy",
    "load_shipped",
    "policy_id",
    "shipped",
    "shipped_text",
]
