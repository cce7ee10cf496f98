"""The steps that bring a database to the present models, and the functions that take them."""
