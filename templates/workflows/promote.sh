case "$PROMOTE_TO" in
{steps}
  *) echo "$PROMOTE_TO is no environment that a promotion leads to" >&2; exit 2 ;;
esac
options=(--from "$from" --to "$PROMOTE_TO" --rev "$PROMOTE_COMMIT")
# The option, once for each word; as `--option=word`, no word is an option itself.
each() {
  while read -r word; do
    [ -z "$word" ] || options+=("$1=$word")
  done < <(tr -s '[:space:]' '\n' <<< "$2")
}
each --app "$PROMOTE_APPS"
each --path "$PROMOTE_PATHS"
each --except "$PROMOTE_EXCEPT"
each --overwrite-hotfix "$PROMOTE_OVERWRITE_HOTFIX"
[ -z "$PROMOTE_DURING_FREEZE" ] || options+=("--during-freeze=$PROMOTE_DURING_FREEZE")
