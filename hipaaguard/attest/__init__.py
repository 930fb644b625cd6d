"""Signed reports: who signed which page, and whether every byte of it is still theirs.

Bytes, keys and times come in as arguments. The form is specified in `reports/FORMAT.md`.
"""
