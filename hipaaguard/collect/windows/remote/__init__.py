"""The ways in which this computer can be used from elsewhere."""
