"""What this machine offers to others on its network: files, printers, media."""
