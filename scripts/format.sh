#!/usr/bin/env bash
# Lays out every Java source the way the build expects it.
set -euo pipefail
cd "$(dirname "$0")/.."
exec mvn -q -B test-compile exec:exec@format "$@"
