"""The words of the national service contracts (RIV-TA, crm:scheduling 1.1): what is sent and how it is wrapped.

Known to both sides: who asks a journal system (``journal/rivta``) and who answers as one (``web/riv``).
"""
