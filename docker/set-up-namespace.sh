#!/bin/sh
# Creates the namespace with 30 days of retention and the search attributes. Safe to run at every start.
set -eu

attempt=0
until temporal operator namespace describe default >/dev/null 2>&1 ||
  temporal operator namespace create --retention 30d default; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge 30 ]; then
    echo "the Temporal server at $TEMPORAL_ADDRESS did not take the namespace" >&2
    exit 1
  fi
  sleep 2
done

for name in EvalRunId Dataset VideoId Strategy FailKind Step; do
  temporal operator search-attribute create --name "$name" --type Keyword || true
done
temporal operator search-attribute create --name Attempts --type Int || true
