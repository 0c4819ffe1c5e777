"""A journal system of its own for the demo and the tests: crm:scheduling 1.1 as a producer, and an engagement index.

A process beside the portal, with a database of its own. It imports nothing of the portal, so that what the two agree
on is the contracts and no code: ``python -m webtidbok_app.demo.reference_journal --port 8100 --database FILE``.
"""
