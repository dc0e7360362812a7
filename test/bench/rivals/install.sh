#!/usr/bin/env bash
# Installs what `npm run bench -- --rivals` measures kayak against, on Debian 12 and as root.
set -euo pipefail
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
  etcd-server golang-etcd-server-dev golang-go \
  golang-github-hashicorp-raft-dev golang-github-hashicorp-raft-boltdb-dev
# the package starts a server where there is a service manager; the benchmark starts its own
if command -v systemctl >/dev/null && [[ -d /run/systemd/system ]]; then systemctl disable --now etcd; fi
