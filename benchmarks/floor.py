"""The floor: the least a program can do with a mailbox. Fetch, parse, decode every part, read every workbook.

IMAPClient with imaplib's debugging off, the stdlib's email parser, calamine. Writes nothing, decides nothing.
Usage: python -m benchmarks.floor PORT USER PASSWORD
"""

import email
import io
import sys
from email import policy

from imapclient import IMAPClient
from python_calamine import CalamineWorkbook


def main(port: int, user: str, password: str) -> None:
    cells = parts = 0
    with IMAPClient("127.0.0.1", port, ssl=False, timeout=60) as client:
        client._imap.debug = 0
        client.login(user, password)
        client.select_folder("INBOX", readonly=True)
        for uid in client.search(["UID", "1:*"]):
            raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
            for part in email.message_from_bytes(raw, policy=policy.default).walk():
                if part.is_multipart():
                    continue
                parts += 1
                content = part.get_payload(decode=True)
                if (part.get_filename() or "").endswith(".xlsx"):
                    cells += _cells(content)
    print(f"{parts} parts, {cells} cells")


def _cells(content: bytes) -> int:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return sum(
        1 for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row if cell != ""
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
