"""Claims and remittances by pyx12, which knows the implementation guides: each segment stands in the loop of its guide."""

import io
import re
from decimal import Decimal

from pyx12.error_handler import errh_null
from pyx12.params import params
from pyx12.x12context import X12ContextReader
from pyx12.x12n_document import x12n_document
from readers.common import Found, Row, cents, whole


def is_x12(path):
    return path.read_bytes()[:3] == b"ISA"


def read(path):
    """The service lines of a file. A row is a segment: SV1, SV2 or SVC, counted from the ISA of the file as 1."""
    found = Found("pyx12")
    behind = 0
    # pyx12 takes the separators of a file from its first header; each interchange may have its own.
    for text in re.split(r"(?=ISA[^A-Za-z0-9])", path.read_bytes().decode())[1:]:
        found.remittance = bool(re.search(r"\bST.835\b", text))
        if not x12n_document(params(), io.StringIO(text), None, None):
            found.problems.append(f"{path.name}: pyx12 finds it against the implementation guide")
        reader = X12ContextReader(params(), errh_null(), io.StringIO(text))
        (_remits if found.remittance else _claims)(path.name, behind, reader, found)
        behind += reader.get_cur_line
    return found


def _claims(name, behind, reader, found):
    payer = None
    for node in reader.iter_segments("2300"):
        if node.id == "NM1" and "/2010BB/" in node.cur_path and node.get_value("NM101") == "PR":
            payer = node.get_value("NM103")
        if node.id != "2300":
            continue
        found.claims += 1
        claim, total = node.get_value("CLM01"), Decimal(0)
        for line in node.select("2400"):
            service = line.first("SV1") or line.first("SV2")
            form = service.id
            procedure, charge, units = {"SV1": ("SV101", "SV102", "SV104"), "SV2": ("SV202", "SV203", "SV205")}[form]
            total += Decimal(service.get_value(charge))
            cells = {
                "claim_id": claim,
                "patient_id": node.get_value("REF[EA]02"),
                "date_of_service": _day(line.get_value("DTP[472]03")),
                "payer_name": payer,
                "units_billed": whole(service.get_value(units)),
                "charge_cents": cents(service.get_value(charge)),
                **_procedure(service, procedure),
            }
            if form == "SV1":
                cells["therapist_id"] = node.get_value("2310B/NM109") or ""
                cells["clinic"] = node.get_value("2310C/NM103") or ""
            found.rows.append(Row(name, behind + service.cur_line_number, cells))
        if total != Decimal(node.get_value("CLM02")):
            found.problems.append(f"{name}: claim {claim} is of other charges than its lines")


def _remits(name, behind, reader, found):
    payer, sent, settled = None, Decimal(0), Decimal(0)
    for node in reader.iter_segments("2100"):
        if node.id == "BPR":
            sent += Decimal(node.get_value("BPR02"))
        if node.id == "N1" and node.get_value("N101") == "PR":
            payer = node.get_value("N102")
        if node.id != "2100":
            continue
        found.claims += 1
        claim, total = node.get_value("CLP01"), Decimal(0)
        for line in node.select("2110"):
            service = line.first("SVC")
            paid = whole(service.get_value("SVC05") or 1)
            total += Decimal(service.get_value("SVC03"))
            # A reversal takes back what is allowed, whether the amount has a sign or not.
            sign = "-" if node.get_value("CLP02") == "22" else ""
            cells = {
                "claim_id": claim,
                "patient_id": node.get_value("REF[EA]02"),
                "date_of_service": _day(line.get_value("DTM[472]02")),
                "payer_name": payer,
                # Units that differ from those billed stand beside those billed.
                "units_billed": whole(service.get_value("SVC07") or paid),
                "charge_cents": cents(service.get_value("SVC02")),
                "paid_cents": cents(service.get_value("SVC03")),
                "allowed_cents": sign + cents(line.get_value("AMT[B6]02")).lstrip("-"),
                **_procedure(service, "SVC01"),
            }
            found.rows.append(Row(name, behind + service.cur_line_number, cells, units_paid=int(paid)))
        if total != Decimal(node.get_value("CLP04")):
            found.problems.append(f"{name}: claim {claim} is paid otherwise than its lines")
        settled += total
    if sent != settled:
        found.problems.append(f"{name}: {sent} are paid, {settled} are accounted for")


def _procedure(service, element):
    modifiers = [service.get_value(f"{element}-{part}") for part in (3, 4, 5, 6)]
    return {"code": service.get_value(f"{element}-2"), "modifiers": " ".join(filter(None, modifiers))}


def _day(value):
    """The first day of a date or of a span."""
    day = value.split("-")[0]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"
