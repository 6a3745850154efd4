#!/bin/sh
# Creates both databases and brings their schemas up to date. Safe to run at every start.
set -eu

tool() {
  database=$1
  shift
  temporal-sql-tool --plugin postgres12 --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" \
    --user "$POSTGRES_USER" --password "$SQL_PASSWORD" --database "$database" "$@"
}

set_up() {
  database=$1
  schema=$2
  tool "$database" create-database || true # it is there after the first start
  tool "$database" setup-schema -v 0.0 || true
  tool "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
}

set_up temporal temporal
set_up temporal_visibility visibility
