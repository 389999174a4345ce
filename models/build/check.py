"""Is an exported folder whole, small enough and true to the model that it came from?"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faqsuggest.encoders.onnx import OnnxEncoder
from faqsuggest.encoders.shipped import verify
from faqsuggest.training.onnx_export.export import export

LARGEST = 48_000_000
LEAST_COSINE = 0.99
LEAST_COSINE_OF_ONE = 0.98
TEXTS = (
    "Hur ansöker jag om förskoleplats för mitt barn?",
    "Beställningen har inte kommit, order 40912. Vad händer??",
    "Var hittar jag mina fakturor",
    "jag kan inte logga in me bankid, har provat allt!!",
    "Kan jeg få refundert billetten når toget var innstilt?",
    "Korleis seier eg opp abonnementet mitt?",
    "får ikkje te å bestill time på nett",
    "Hvor lang er oppsigelsestiden på leiligheten?",
    "Jeg har mistet mit kort i går aftes, hvad gør jeg nu?",
    "Hvornår lukker genbrugspladsen om lørdagen?",
    "Kuinka voin vaihtaa lääkäriaikani toiseen päivään?",
    "Laskussa on väärä summa, voitteko korjata sen?",
    "How do I cancel my subscription before it renews?",
    "the app crashes when i open settings, iphone 13",
    "Öppettider: mån–fre 8–17, lör 10–14. Ring 08-000 00 00 eller skriv till oss.",
    "Du kan bytte dekk hos alle våre verksteder. Prisen avhenger av dimensjonen.",
    "Lejlighedens vandforbrug aflæses én gang om året, og forskellen står på din opgørelse i marts.",
    "Vuokravakuus palautetaan kuukauden kuluessa muutosta, kun avaimet on luovutettu.",
    "You can change the delivery address until the parcel has left our warehouse.",
    "😡😡 3 veckor!!!",
)
"""Invented; none of them calibrated the smoothing."""


@dataclass(frozen=True)
class Likeness:
    """Cosines between two encoders' vectors of the same texts."""

    mean: float
    least: float


def check(folder: Path, reference: OnnxEncoder) -> Likeness:
    """Verify hashes, size and likeness to ``reference``; stops the build with the reason when one fails."""
    verify(folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    if size > LARGEST:
        raise SystemExit(f"{folder} takes {size:,} bytes; at most {LARGEST:,} are allowed")
    found = likeness(OnnxEncoder(folder), reference, TEXTS)
    if found.mean < LEAST_COSINE or found.least < LEAST_COSINE_OF_ONE:
        raise SystemExit(
            f"{folder}: cosine to the reference in float32 is {found.mean:.4f} in the mean and {found.least:.4f} at "
            f"least; {LEAST_COSINE} and {LEAST_COSINE_OF_ONE} are asked"
        )
    return found


def reference_of(model_folder: Path, work: Path) -> OnnxEncoder:
    """The same model in float32, through the same text rules."""
    folder = Path(tempfile.mkdtemp(prefix="fp32-", dir=work))
    export(model_folder, folder, form="fp32", name="reference")
    return OnnxEncoder(folder)


def likeness(one: OnnxEncoder, other: OnnxEncoder, texts: tuple[str, ...]) -> Likeness:
    """Cosines over ``texts``, half of them as inquiries and half as answers."""
    half = len(texts) // 2
    queries = (one.encode_queries(texts[:half]) * other.encode_queries(texts[:half])).sum(axis=1)
    passages = (one.encode_passages(texts[half:]) * other.encode_passages(texts[half:])).sum(axis=1)
    cosines = np.concatenate([queries, passages])
    return Likeness(float(cosines.mean()), float(cosines.min()))
