#!/bin/sh
# Runs once, when the database is made: the role that serves owns nothing.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v password="$(cat /secrets/app/password)" <<'SQL'
CREATE ROLE yinling_app LOGIN NOSUPERUSER PASSWORD :'password';
REVOKE ALL ON DATABASE yinling FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE yinling TO yinling_app;
SQL
