"""The screen lock of macOS: when it begins, and whether it asks for a password."""
