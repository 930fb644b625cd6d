"""Name look-ups: whether they leave the machine only encrypted."""
