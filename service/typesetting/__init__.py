"""What every paper we write has in common: text made safe to show, templates, sheets.

Promises: values from mails are data wherever they are printed; nothing here knows a letter, a digest or a case.
"""
