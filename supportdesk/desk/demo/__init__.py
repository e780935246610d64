"""A desk to try: invented people, what they write, customers who answer, and large synthetic desks for load tests."""
