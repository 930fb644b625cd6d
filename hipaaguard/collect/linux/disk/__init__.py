"""Disk encryption: what is readable without a key when the machine is off."""
