"""The staff's pages: a state for each, what it shows (``*_view``), and what it reads from forms and addresses."""
