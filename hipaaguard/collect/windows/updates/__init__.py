"""Updates of Windows: how they are set, what was installed, what waits."""
