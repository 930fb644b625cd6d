"""The firewall of Windows, and whether one of another maker is in its place."""
