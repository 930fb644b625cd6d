"""Programs for whoever works on HipaaGuard; none of them is installed."""
