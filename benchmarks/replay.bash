#!/bin/bash
# Stands in for a host: an sshd runs it for whatever command it is sent (ForceCommand). It gives the
# recorded answer to a recorded script after the recorded time, and uses none of this computer's
# processors meanwhile, as another computer would not. An unrecorded script is an error.
# usage: replay.bash FOLDER
LC_ALL=C # bash looks for the mark ten times faster in bytes than in characters
recorded=$1
script=$(</dev/stdin)
placeholder='@the mark@'
mark=$placeholder
[[ $script =~ [^0-9a-f]([0-9a-f]{32})[^0-9a-f] ]] && mark=${BASH_REMATCH[1]}
for file in "$recorded"/*.script; do
  [[ ${script//"$mark"/"$placeholder"} == "$(<"$file")" ]] || continue
  read -rt "$(<"${file%.script}.seconds")" <> <(:) # sleeps, without a process for it
  answer=$(<"${file%.script}.stdout")
  printf 'llmhost: script started\n%s\n' "${answer//"$placeholder"/"$mark"}"
  exit 0
done
printf 'this script was not recorded\n' >&2
exit 1
