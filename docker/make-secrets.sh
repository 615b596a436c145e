#!/bin/sh
# Makes the two database passwords at the very first start; later starts find them. There is no
# default password anywhere. The owner's never reaches the containers that serve.
set -eu
umask 077
for role in owner app; do
  [ -s "/secrets/$role/password" ] && continue
  password=$(python -c 'import secrets; print(secrets.token_urlsafe(32))')
  printf '*:*:*:yinling_%s:%s\n' "$role" "$password" >"/secrets/$role/pgpass"
  printf '%s' "$password" >"/secrets/$role/password"
done
chown -R 10001:10001 /secrets
# the database's first-start script reads these as the user postgres; only it mounts both
chmod 755 /secrets/owner /secrets/app
chmod 644 /secrets/owner/password /secrets/app/password
