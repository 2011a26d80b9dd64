# Two images. `worker`, the last and so the default, is for production: worker, relay, ingest, check, errors, replay …
# `sandbox` is for evaluation: it adds what only `sandbox`, `demo` and `rehearsal` need (--target sandbox).
# The base is named twice with one tag; pin it by digest where your registry mirrors it: --build-arg PYTHON=…@sha256:…
ARG PYTHON=python:3.14-slim-trixie

FROM ${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1
# By content and not by time, so that the same commit gives the same files; nobody changes a source in the image.
ENV PYC_INVALIDATION_MODE=UNCHECKED_HASH
# The locks are complete: nothing is resolved and nothing is built but the wheel of this repository.
ENV LOCKED="--quiet --no-deps --require-hashes --only-binary :all:"
WORKDIR /src
COPY deploy/image/build.lock deploy/image/worker.lock deploy/image/from_index.sh deploy/image/bill_of_materials.py deploy/image/
# from_index.sh reads the secrets `index` (an address) and `ca` (PEM) when the build was given them; no layer keeps them.
RUN --mount=type=secret,id=index --mount=type=secret,id=ca \
    python -m venv /build \
 && sh deploy/image/from_index.sh /build/bin/pip install ${LOCKED} -r deploy/image/build.lock \
 && python -m venv --without-pip /venv \
 && sh deploy/image/from_index.sh /build/bin/uv pip install --python /venv/bin/python ${LOCKED} -r deploy/image/worker.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY consumer consumer
COPY schemas schemas
COPY deploy/topics.yaml deploy/connections.example.yaml deploy/
COPY deploy/netsuite/src deploy/netsuite/src
COPY deploy/netsuite/suitecloud.config.js deploy/netsuite/
# uv_cache.json has the time at which the wheel was built here.
RUN /build/bin/uv build --quiet --wheel --no-build-isolation --python /build/bin/python --out-dir /build/wheels . \
 && /build/bin/uv pip install --quiet --python /venv/bin/python --no-deps /build/wheels/*.whl \
 && sed -i '/uv_cache.json/d' /venv/lib/python*/site-packages/lago_netsuite-*.dist-info/RECORD \
 && rm -f /venv/lib/python*/site-packages/lago_netsuite-*.dist-info/uv_cache.json \
 && /build/bin/uv pip check --quiet --python /venv/bin/python \
 && /venv/bin/python deploy/image/bill_of_materials.py /venv/share/doc/lago-netsuite \
 && mkdir /build/state && mkdir --mode=775 /build/state/lago-netsuite

FROM build AS build-sandbox
COPY deploy/image/sandbox.lock deploy/image/
RUN --mount=type=secret,id=index --mount=type=secret,id=ca \
    sh deploy/image/from_index.sh /build/bin/uv pip install --python /venv/bin/python ${LOCKED} -r deploy/image/sandbox.lock \
 && chmod 755 /venv/lib/python*/site-packages/noida_db/noida-db \
 && /build/bin/uv pip check --quiet --python /venv/bin/python \
 && /venv/bin/python deploy/image/bill_of_materials.py /venv/share/doc/lago-netsuite

FROM ${PYTHON} AS base
# The one place besides /tmp that may be written, when it is mounted: where a sandbox keeps its books. Its group is 0, to
# which whatever uid belongs that a cluster chooses.
COPY --from=build --chown=10001:0 /build/state /var/lib
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# By number, so that Kubernetes can verify that it is not root.
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["python", "-m", "consumer.ops.probe"]
ENTRYPOINT ["lago-netsuite"]
CMD ["worker"]
# `make image` says what they are; they come last, so that a new revision builds nothing anew above.
ARG VERSION=unknown
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="lago-netsuite" \
      org.opencontainers.image.description="Carries Lago billing events from Kafka to Oracle NetSuite, exactly once in effect" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.documentation="README.md" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"

FROM base AS sandbox
COPY --from=build-sandbox /venv /venv

FROM base AS worker
COPY --from=build /venv /venv
