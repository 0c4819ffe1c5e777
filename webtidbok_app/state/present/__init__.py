"""Turns what the services return into what residents' pages show: pure functions, one for each view.

Instants become the clock and calendar of Sweden here, and nowhere later.
"""
