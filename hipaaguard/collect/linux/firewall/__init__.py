"""The packet filter: what happens to a new inbound connection."""
