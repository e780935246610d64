"""What the program costs, measured where a person would notice it: ``make bench``."""
