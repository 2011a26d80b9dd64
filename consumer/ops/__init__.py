"""
Logs, metrics and health for operators.

May import engine, events, mapping, config and the vocabulary.
Prometheus and Kubernetes read it through `ops/http.py`; the alerts are in deploy/prometheus.
"""
