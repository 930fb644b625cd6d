"""The VPN: whether a tunnel is up, and which traffic it carries."""
