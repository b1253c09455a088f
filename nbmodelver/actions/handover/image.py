"""The build context of a container image: Dockerfile and .dockerignore (OCI image annotations 1.1, hadolint 2.12)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.actions.handover.load_program import safe
from nbmodelver.actions.handover.serving import REQUIREMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbmodelver.actions.handover.needs import Needs

EPOCH_S = 315532800
"""1980-01-01, the earliest time of a zip file: for a version without a time."""

DOCKERFILE = """\
# Serves {title} on port 8000: docker build -t NAME . && docker run -p 8000:8000 NAME
FROM python:{python}-slim

# BuildKit gives the files of the image this time, so that a second build is the same.
ARG SOURCE_DATE_EPOCH={epoch}

ENV PYTHONDONTWRITEBYTECODE=1 \\
    PYTHONUNBUFFERED=1 \\
    NBMV_HOST=0.0.0.0 \\
    NBMV_PORT=8000

LABEL {labels}

WORKDIR /srv/model
COPY {requirements} ./
RUN pip install --no-cache-dir -r {requirements}
COPY . ./

USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \\
    CMD ["python", "-c", "{health}"]
CMD ["python", "app.py"]
"""
HEALTH = "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['NBMV_PORT'] + '/health')"


def image_files(needs: Needs, files: Iterable[str], saved_at_utc: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the files, by name.

    files: of the folder, those that the image gets. saved_at_utc: of the version, ISO 8601. labels: OCI labels without
    the prefix "org.opencontainers.image.", with a title; empty ones are left out.
    """
    stated = [f'org.opencontainers.image.{key}="{safe(text)}"' for key, text in labels.items() if text]
    docker = DOCKERFILE.format(
        title=safe(labels["title"]), python=".".join(needs.python.split(".")[:2]), epoch=epoch_s(saved_at_utc),
        labels=" \\\n      ".join(stated), requirements=REQUIREMENTS, health=HEALTH,
    )  # fmt: skip
    ignore = "".join(["# Only what the server needs.\n*\n", *(f"!{name}\n" for name in sorted(files))])
    return {"Dockerfile": docker, ".dockerignore": ignore}


def epoch_s(saved_at_utc: str) -> int:
    """Return a time as seconds since 1970, EPOCH_S if it is no time or earlier."""
    try:
        at = datetime.fromisoformat(saved_at_utc)
    except ValueError:
        return EPOCH_S
    return max(EPOCH_S, int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()))
