"""No test reaches a network: sockets other than local unix pairs are blocked for the whole suite."""

from __future__ import annotations

import os
import socket

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")


def _refuse(self: socket.socket, address: object) -> None:
    raise OSError(f"a test tried to open a connection to {address!r}; faqsuggest works offline")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if self.family == getattr(socket, "AF_UNIX", None):
            real(self, address)  # type: ignore[arg-type]
        else:
            _refuse(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    monkeypatch.setattr(socket, "create_connection", lambda address, *_a, **_k: _refuse(None, address))  # type: ignore[arg-type]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_a, **_k: _refuse(None, host))  # type: ignore[arg-type]
