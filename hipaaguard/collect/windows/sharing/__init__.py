"""What of this computer is offered to others on its network."""
