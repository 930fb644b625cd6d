"""Updates: what waits, what installs itself, whether a restart is due."""
