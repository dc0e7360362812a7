#!/usr/bin/env bash
# Installs what `npm run bench -- --rivals` measures kayak against, on Debian 12 and as root.
set -euo pipefail
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
  etcd-server golang-etcd-server-dev golang-go \
  golang-github-hashicorp-raft-dev golang-github-hashicorp-raft-boltdb-dev \
  g++ make python3 pkg-config libzmq3-dev
# the package starts a server where there is a service manager; the benchmark starts its own
if command -v systemctl >/dev/null && [[ -d /run/systemd/system ]]; then systemctl disable --now etcd; fi

# zmq-raft, whose binding builds against Debian's library, and on Node 20 with a newer helper than it asks for
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
mkdir -p node_modules/.cache/kayak-rivals/npm
cd node_modules/.cache/kayak-rivals/npm
echo '{ "name": "kayak-rivals", "private": true, "overrides": { "nan": "2.22.2" } }' >package.json
npm_config_zmq_external=true npm install --no-audit --no-fund zmq-raft@0.5.0 debug@4 ||
  echo 'zmq-raft is not to be had here; the benchmark leaves it out' >&2
# storage engines; what has to be built is built against the headers that come with Node, nothing else is fetched for that
headers="$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")"
for engine in lmdb@3 classic-level@3 better-sqlite3@11; do
  npm_config_nodedir="$headers" npm_config_build_from_source=true npm install --no-audit --no-fund "$engine" ||
    echo "$engine is not to be had here; the benchmark leaves it out" >&2
done
