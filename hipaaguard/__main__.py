"""`python -m hipaaguard` is the `hipaaguard` command."""

from hipaaguard.cli import main

main()
