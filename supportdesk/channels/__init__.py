"""The ways customers reach the desk and answers reach customers. Knows the domain, never the store."""
