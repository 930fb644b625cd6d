"""Disk encryption on macOS: FileVault, and the other disks."""
