"""Kubernetes without nodes on this machine: etcd, the API server and the controllers as released."""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from consumer.sandbox.broker import free_port, stop
from tests.deploy.binaries import BUILT
from tests.integration.running_programs import until

PROGRAM = BUILT / "kubernetes"
TOKEN = "known-on-this-machine-only"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
ANSWER_LIMIT_S = 20
Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlane:
    """A control plane that answers; objects are named by their paths in its API."""

    kubeconfig: Path
    http: httpx.Client = field(repr=False)

    def get(self, path: str, **query: str) -> Manifest:
        found: Manifest = self.http.get(path, params=query).raise_for_status().json()
        return found

    def listed(self, path: str, **query: str) -> list[Manifest]:
        found: list[Manifest] = self.get(path, **query)["items"]
        return found

    def create(self, path: str, manifest: Manifest) -> None:
        self._accepted(self.http.post(path, json=manifest))

    def apply(self, path: str, manifest: str) -> None:
        """Server-side, as Helm 4 does it: what the API server does not know is an error."""
        self._accepted(
            self.http.patch(
                path,
                params={"fieldManager": "tests", "force": "true", "fieldValidation": "Strict"},
                content=manifest,
                headers={"content-type": "application/apply-patch+yaml"},
            )
        )

    def set_status(self, path: str, status: Manifest) -> bool:
        """False where the object is gone meanwhile."""
        answer = self.http.patch(
            f"{path}/status",
            content=json.dumps({"status": status}),
            headers={"content-type": "application/merge-patch+json"},
        )
        return answer.is_success

    def namespace(self, name: str) -> str:
        """A new one that lets in what the restricted Pod Security Standard does, and nothing else."""
        self.create("/api/v1/namespaces", {"metadata": {"name": name, "labels": RESTRICTED}})
        return name

    @staticmethod
    def _accepted(answer: httpx.Response) -> None:
        assert answer.is_success, answer.text


@contextmanager
def running(folder: Path) -> Iterator[ControlPlane]:
    """Start one that keeps its state in the folder, and stop it."""
    if not PROGRAM.is_file():
        pytest.skip("no Kubernetes: `make cluster-check` builds it, which needs Go and minutes")
    folder.mkdir(exist_ok=True)
    etcd, api = free_port(), free_port()
    token, key, kubeconfig = _token(folder), _key(folder), folder / "kubeconfig"
    with ExitStack() as stack:
        stack.enter_context(program(folder, _etcd(folder, etcd)))
        stack.enter_context(program(folder, _api_server(folder, etcd=etcd, port=api, token=token, key=key)))
        certificate = folder / "apiserver.crt"
        until(certificate.is_file, because=lambda: _log(folder, "kube-apiserver"))
        http = stack.enter_context(
            httpx.Client(
                base_url=f"https://127.0.0.1:{api}",
                verify=ssl.create_default_context(cafile=certificate),
                trust_env=False,
                headers={"authorization": f"Bearer {TOKEN}"},
                timeout=ANSWER_LIMIT_S,
            )
        )
        until(lambda: _is_ready(http), because=lambda: _log(folder, "kube-apiserver"))
        kubeconfig.write_text(json.dumps(_kubeconfig(str(http.base_url), certificate)))
        stack.enter_context(program(folder, _controllers(kubeconfig, key)))
        yield ControlPlane(kubeconfig=kubeconfig, http=http)


def _etcd(folder: Path, port: int) -> list[str]:
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}"
    return [
        "etcd",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _api_server(folder: Path, *, etcd: int, port: int, token: Path, key: Path) -> list[str]:
    return [
        "kube-apiserver",
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder}",
        f"--token-auth-file={token}",
        "--authorization-mode=RBAC",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={key}",
        f"--service-account-key-file={key}",
        "--kubelet-preferred-address-types=InternalIP",
    ]


def _controllers(kubeconfig: Path, key: Path) -> list[str]:
    return [
        "kube-controller-manager",
        f"--kubeconfig={kubeconfig}",
        f"--service-account-private-key-file={key}",
        "--leader-elect=false",
        "--secure-port=0",
        # The one node is a stand-in that says nothing of itself; without heartbeats its pods would be moved.
        "--controllers=*,-node-lifecycle-controller",
    ]


@contextmanager
def program(folder: Path, arguments: list[str]) -> Iterator[None]:
    """One of those in the binary, until the end; what it logs is a file of the folder."""
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            stop(process)


def _log(folder: Path, name: str) -> str:
    return (folder / f"{name}.log").read_text()[-4000:]


def _is_ready(http: httpx.Client) -> bool:
    try:
        return http.get("/readyz").is_success
    except httpx.TransportError:
        return False


def _token(folder: Path) -> Path:
    file = folder / "tokens.csv"
    file.write_text(f"{TOKEN},admin,admin,system:masters\n")
    return file


def _key(folder: Path) -> Path:
    file = folder / "service-accounts.pem"
    file.write_bytes(
        rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return file


def _kubeconfig(server: str, certificate: Path) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
        "clusters": [
            {"name": "here", "cluster": {"server": server, "certificate-authority": str(certificate)}}
        ],
        "users": [{"name": "admin", "user": {"token": TOKEN}}],
    }
