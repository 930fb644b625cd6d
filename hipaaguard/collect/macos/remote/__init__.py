"""The ways in which this Mac can be used from elsewhere."""
