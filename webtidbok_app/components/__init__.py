"""Stateless builders of what pages are made of.

They take the language first, values or state vars with ready-made words after, and event handlers by keyword.
Looks are classes in ``assets/``; focus and keys are in ``assets/webtidbok.js``.
"""
