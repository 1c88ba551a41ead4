"""The desk: staff act by replying to the digest or to a draft. Here their words become orders; nothing is done here."""

from service.desk.parsing import orders_in

__all__ = ["orders_in"]
