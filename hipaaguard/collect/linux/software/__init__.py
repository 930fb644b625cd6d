"""Which programs are installed, asked of every package manager that the machine has."""
