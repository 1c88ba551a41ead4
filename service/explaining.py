"""A judgement as the stable JSON of `explain --json`. Keys only ever grow; see README, "JSON"."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from service.domain.campaigns import Whose
from service.domain.judgement import Decision, Finding, Judgement, Route
from service.domain.mail import Address
from service.domain.rules import Rulebook
from service.domain.submission import Answer, Attachment, CoverLetter, FieldRead, Row, Submission, Table
from service.replies.rendering import RenderedLetter
from service.routing import listed_unit
from service.values import Chosen, Content, Count, Day, Emails, Money, Phones, Said, Value, of_row
from service.values.sums import plain

Json = dict[str, Any]


def explanation(file: str, judgement: Judgement, letter: RenderedLetter | None, rulebook: Rulebook) -> Json:
    """One object of `explain --json`."""
    dossier, decision = judgement.dossier, judgement.decision
    return {
        "file": file,
        "mail": mail(dossier.submission, dossier.received),
        "kind": decision.kind.value,
        "attachments": [attachment(a) for a in dossier.submission.attachments],
        "cover_letter": cover_letter(dossier.letter, decision.route),
        "tables": [
            *(table(t, rulebook) for t in dossier.tables),
            *({**table(t, rulebook), "printed": True} for t in dossier.submission.printed_tables),
        ],
        "route": route(decision.route),
        "findings": [finding(f) for f in decision.findings],
        "verdict": decision.verdict.value,
        "on_time": decision.on_time,
        "reply": reply(decision, letter),
        "states_nil": dossier.states_nil,
        "why": list(decision.why),
        "defects": list(dossier.submission.defects),
        "rules_version": rulebook.version,
        "campaign": campaign(dossier.whose, rulebook),
    }


def campaign(whose: Whose | None, rulebook: Rulebook) -> Json:
    """The campaign a mail was judged under. sign: by what it was found; None where there is but one."""
    return {
        "prefix": rulebook.campaign.number_prefix,
        "title": rulebook.campaign.title,
        "sign": whose.sign.value if whose else None,
        "why": whose.why if whose else None,
        "doubt": (whose.doubt or None) if whose else None,
    }


def mail(submission: Submission, received: datetime) -> Json:
    envelope = submission.envelope
    return {
        "sha256": submission.sha256,
        "message_id": envelope.message_id,
        "from": _address(envelope.senders[0]) if envelope.senders else None,
        "reply_to": envelope.reply_to[0].address if envelope.reply_to else None,
        "subject": envelope.subject,
        "received": received.isoformat(),
    }


def _address(address: Address) -> Json:
    return {"name": address.name, "address": address.address}


def attachment(item: Attachment) -> Json:
    problem = (item.note or item.problem.value) if item.problem else None
    return {
        "path": item.path,
        "name": item.name,
        "size": item.size,
        "sha256": item.sha256,
        "media_type": item.media_type,
        "role": item.role.value,
        "problem": problem,
        "why": item.why,
    }


def cover_letter(letter: CoverLetter | None, route: Route) -> Json | None:
    if letter is None:
        return None
    return {
        "attachment": letter.attachment,
        "attachments": list(letter.attachments),
        "pages": letter.pages,
        "unit": _signer(letter, route),
        "signer_as_read": letter.signer,
        "title": letter.title,
        "document_number": letter.document_number,
        "date": letter.date.isoformat() if letter.date else None,
        "addressee": letter.addressee,
        "seal": letter.seal.value,
        "seal_unit": next((e.unit for e in route.evidence if e.source == "seal"), None) or letter.seal_text,
        "sealed_colour": letter.sealed_colour,
        "confidence": round(letter.confidence, 3),
        "source": letter.source.value,
        "fields": {field.name: field_read(field) for field in letter.fields},
    }


def field_read(field: FieldRead) -> Json:
    """What was read for a field, from where, and how surely. box: left, top, right, bottom in page widths."""
    return {
        "value": field.value,
        "attachment": field.attachment,
        "page": field.page,
        "box": list(field.box) if field.box else None,
        "confidence": field.confidence,
        "doubt": field.doubt or None,
    }


def _signer(letter: CoverLetter, route: Route) -> str | None:
    """The directory's name for the signer where routing found one, else as read."""
    return next((e.unit for e in route.evidence if e.source == "letter_signer" and e.unit), None) or letter.signer


def table(item: Table, rulebook: Rulebook) -> Json:
    return {
        "table": item.number,
        "attachment": item.attachment,
        "sheet": item.sheet,
        "nil": item.nil,
        "rows": [row(r) | {"values": values(r, item, rulebook)} for r in item.rows],
        "title": form.title if (form := rulebook.forms.table(item.number)) else None,
        "left_out": list(item.left_out),
        "unread": list(item.unread),
    }


def row(item: Row) -> Json:
    return {
        "row": item.row,
        "unit": item.unit,
        "city": item.city,
        "cells": dict(item.cells),
        "answers": {a.question: answer(a) for a in item.answers},
    }


def values(item: Row, of: Table, rulebook: Rulebook) -> Json:
    """The normalised cells of a row by column key; what was written stays in "cells"."""
    found = {key: value(v) for key, v in of_row(item, of, rulebook).items()}
    entry, exactly = listed_unit(item.unit, item.city, rulebook)
    if entry is not None:
        found["unit"] = {"kind": "unit", "standing": "sure" if exactly else "unsure", "text": entry.name}
    return found


def value(item: Value) -> Json:
    text = item.content.text if item.content else None
    return {"kind": item.kind, "standing": item.standing.value, "text": text} | (
        _parts(item.content) if item.content else {}
    )


def _parts(content: Content) -> Json:
    match content:
        case Count():
            return {"lower": content.lower, "upper": content.upper, "about": content.about}
        case Money():
            return {
                "lower": _number(content.lower),
                "upper": _number(content.upper),
                "unit": "万" if content.in_wan else None,
                "currency": content.currency,
                "per": content.per,
                "about": content.about,
            }
        case Day():
            return {"year": content.year, "month": content.month, "day": content.day}
        case Phones():
            return {"numbers": list(content.numbers)}
        case Emails():
            return {"addresses": list(content.addresses)}
        case Said():
            return {"answer": "yes" if content.yes else "no"}
        case Chosen():
            return {"choices": list(content.choices), "besides": list(content.besides)}
        case _:
            return {}


def _number(amount: Decimal | None) -> int | float | None:
    return None if amount is None else plain(amount)


def answer(item: Answer) -> str | list[str]:
    if item.tick is not None:
        return item.tick.value
    return list(item.choices) if item.choices is not None else (item.text or "")


def route(item: Route) -> Json:
    return {
        "channel": item.channel.value,
        "unit": item.unit,
        "city": item.city,
        "report_to": item.report_to,
        "decided_by": item.decided_by,
        "reason": item.reason,
        "near_miss": item.near_miss or None,
        "evidence": [{"source": e.source, "value": e.value, "unit": e.unit, "weight": e.weight} for e in item.evidence],
    }


def finding(item: Finding) -> Json:
    place = item.place
    return {
        "code": item.code,
        "severity": item.severity.value,
        "attachment": place.attachment,
        "table": place.table,
        "sheet": place.sheet,
        "row": place.row,
        "column": place.column,
        "cell": place.cell,
        "message": item.message,
    }


def reply(decision: Decision, letter: RenderedLetter | None) -> Json | None:
    if decision.reply is None or letter is None:
        return None
    return {
        "template": decision.reply.letter.value,
        "to": [a.address for a in decision.reply.to],
        "cc": [a.address for a in decision.reply.cc],
        "subject": letter.subject,
        "text": letter.text,
        "attachments": [file.name for file in letter.attachments],
    }
