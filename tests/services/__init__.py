"""The real servers the suite runs against, and the few that misbehave on purpose."""
