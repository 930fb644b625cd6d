"""Wi-Fi: whether a link is in use, and how it is protected; no network's name is asked for."""
