# One image for all commands: docker run lago-netsuite worker | relay | preview …
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /venv
COPY pyproject.toml requirements.lock README.md LICENSE ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY consumer consumer
COPY schemas schemas
COPY deploy deploy
RUN /venv/bin/pip install --no-cache-dir --no-build-isolation --no-deps .

FROM python:3.12-slim-bookworm
COPY --from=build /venv /venv
RUN useradd --system --uid 10001 --no-create-home lago
USER 10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 8080
ENTRYPOINT ["lago-netsuite"]
CMD ["worker"]
