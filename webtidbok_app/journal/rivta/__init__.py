"""The adapter onto journal systems that speak crm:scheduling 1.1 (RIV-TA Basic Profile 2.1)."""
