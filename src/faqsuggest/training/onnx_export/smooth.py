"""Outliers moved from activations to weights before a byte is given to each (Xiao et al. 2023, SmoothQuant).

One or two dimensions of every LayerNorm reach twenty to forty times the median, and a token has one scale for its 384
bytes. Each dimension is divided by a power of the largest value that it takes on a few invented sentences; the weights
that read it take the factor up. The exponents were chosen on swequad_mc dev: with all other products unquantised, the
cosine to fp32 rose from .99935 to .99994 (attention) and from .99972 to .99995 (feed-forward).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from faqsuggest.training.onnx_export.graph import Shape, build
from faqsuggest.training.onnx_export.quantise import Floats

ATTENTION_EXPONENT = 1.0
FEED_FORWARD_EXPONENT = 0.5
SENTENCES = (
    "query: Hej, jag har glömt lösenordet och kommer inte in på mitt konto. Vad gör jag?",
    "query: hei hvordan endrer jeg adressen min, skal flytte 1. mars",
    "query: Hvornår får jeg mine penge tilbage for ordre nr. 20418?",
    "query: Miten perun tilauksen? Lasku tuli eilen ja summa on väärä!!",
    "query: my parcel says delivered but nothing here",
    "query: Eg får ikkje logga inn på appen etter oppdateringa",
    "query: faktura",
    "query: Är det någon som läser detta?? Har väntat i 3 VECKOR på svar om min ansökan 😡",
    "passage: Så byter du lösenord. Gå till inloggningssidan och välj Glömt lösenord. Vi skickar en länk till den "
    "e-postadress som är kopplad till kontot. Länken gäller i 30 minuter.",
    "passage: Flytting. Meld fra om ny adresse senest åtte dager etter at du har flyttet. Du kan gjøre det på Min side "
    "under Personopplysninger, eller ringe oss på hverdager mellom 9 og 15.",
    "passage: Returnering. Du har 14 dages fortrydelsesret fra den dag, du modtager varen. Pengene tilbagebetales til "
    "det kort, som du betalte med, inden for 5 bankdage.",
    "passage: Laskun maksaminen. Eräpäivä on 30 päivää laskun päiväyksestä. Voit maksaa verkkopankissa viitenumerolla "
    "tai pyytää maksuaikaa asiakaspalvelusta.",
    "passage: Delivery problems. If tracking says delivered and you cannot find the parcel, look around the entrance, "
    "ask your neighbours, and contact us within seven days so that we can trace it.",
    "passage: Opningstider: måndag–fredag 08:00–16:00. Telefon 55 00 00 00.",
)


def find_smoothing(state: Mapping[str, Floats], shape: Shape, tokenizer: Any) -> dict[str, Floats]:  # noqa: ANN401 - of tokenizers
    """By the name of a LayerNorm, a positive factor per dimension, of geometric mean 1."""
    largest = _largest_values(state, shape, tokenizer)
    last = f"encoder.layer.{shape.layers - 1}.output.LayerNorm"
    factors = {}
    for name, values in largest.items():
        if name == last:
            continue  # read by the pooling alone, which is not quantised
        exponent = FEED_FORWARD_EXPONENT if "attention.output" in name else ATTENTION_EXPONENT
        factor = np.maximum(values, 1e-3) ** exponent
        factors[name] = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
    return factors


def _largest_values(state: Mapping[str, Floats], shape: Shape, tokenizer: Any) -> dict[str, Floats]:  # noqa: ANN401 - of tokenizers
    import onnx
    import onnxruntime

    model = build(state, shape, "fp32")
    norms = [node for node in model.graph.node if node.op_type == "LayerNormalization"]
    model.graph.output.extend(onnx.helper.make_tensor_value_info(node.output[0], 1, None) for node in norms)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    largest: dict[str, Floats] = {}
    for sentence in SENTENCES:
        ids = np.array([tokenizer.encode(sentence).ids], dtype=np.int64)
        _, *values = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for node, value in zip(norms, values, strict=True):
            name = node.input[1].removesuffix(".weight")
            top = np.abs(value).max(axis=0)
            largest[name] = np.maximum(largest.get(name, top), top)
    return largest
