"""Programs for whoever works on the project; `make` runs them."""
