"""Remote access: the SSH server, and what shares or operates the desktop from elsewhere."""
