"""The backup programs that are set up, and when their last backup finished."""
