from __future__ import annotations

import pytest
from joserfc.jwk import ECKey


@pytest.fixture(scope="session")
def ec_pem() -> str:
    return ECKey.generate_key("P-256").as_pem(private=True).decode()
