"""The VPN on macOS: its tunnels, what is set up, and what goes through."""
