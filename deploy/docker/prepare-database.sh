#!/bin/sh
# Run once by the image of PostgreSQL, on its first start: a role that is no superuser, its database, and pgvector.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$WHEREFORE_DB_PASSWORD" --username=postgres --dbname=postgres <<'SQL'
CREATE ROLE wherefore LOGIN PASSWORD :'password';
ALTER ROLE wherefore SET statement_timeout = '30s';
ALTER ROLE wherefore SET idle_in_transaction_session_timeout = '60s';
CREATE DATABASE wherefore OWNER wherefore ENCODING 'UTF8' TEMPLATE template0;
\connect wherefore
CREATE EXTENSION vector;
SQL
