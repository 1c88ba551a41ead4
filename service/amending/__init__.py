"""The rules changed by mail: an admin sends files, is told what they would do, and lets them take effect by a token.

Start with `amendments`. Every step may be repeated after a crash: what was asked for and how far it came stands in the
records, the files lie in the archived mail, and what is made of them is made again, alike, whenever it is needed.
"""
