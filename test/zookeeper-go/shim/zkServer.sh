#!/bin/sh
# The suite of the Go client starts its servers by this name: `zkServer.sh start-foreground <zoo.cfg>`. Here it is a
# server of ours. Those of one cluster have one directory.
# ORDINAL_PROGRAM is the command of a server, without its settings.
setting() { sed -n "s/^$1=//p" "$2"; }
# shellcheck disable=SC2086 # a command with arguments
exec $ORDINAL_PROGRAM --data "$(dirname "$(setting dataDir "$2")")/shared" --port 0 --log-level error \
  --zookeeper "$(setting clientPort "$2")" --zookeeper-tick-ms "$(setting tickTime "$2")"
