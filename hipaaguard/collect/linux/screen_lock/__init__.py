"""The screen lock of the graphical session that is running."""
