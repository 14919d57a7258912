#!/bin/sh
# Run once by the image of PostgreSQL, on its first start: a role that is no superuser, its database, and pgvector.
# What members write stays out of its log, which is the container's.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$WHEREFORE_DB_PASSWORD" --username=postgres --dbname=postgres <<'SQL'
CREATE ROLE wherefore LOGIN PASSWORD :'password';
ALTER ROLE wherefore SET statement_timeout = '30s';
ALTER ROLE wherefore SET idle_in_transaction_session_timeout = '60s';
CREATE DATABASE wherefore OWNER wherefore ENCODING 'UTF8' TEMPLATE template0;
\connect wherefore
CREATE EXTENSION vector;
ALTER DATABASE wherefore SET log_min_messages = 'log';
ALTER DATABASE wherefore SET log_min_error_statement = 'panic';
ALTER DATABASE wherefore SET log_error_verbosity = 'terse';
ALTER DATABASE wherefore SET log_statement = 'none';
ALTER DATABASE wherefore SET log_parameter_max_length_on_error = 0;
SQL
