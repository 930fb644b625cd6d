"""The screen lock of Windows: every way in which the screen may lock by itself."""
