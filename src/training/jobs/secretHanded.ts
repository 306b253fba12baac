/** A word as a shell reads it; one in backticks is a command's, and what a redirection has is none. */
const WORD = String.raw`("[^"]*"|'[^']*'|[^\s"'\`;&|()<>\\]+)`;
/** The next line is another command. */
const SPACE = String.raw`[^\S\n]+`;
/** Whatever stands between a command and the word in question. */
const WITHIN = String.raw`[^;&|\n]*?`;
/** Where a command's name stands: elsewhere it is an environment's, a column's or a file's. */
const START = [
  String.raw`^[^\S\n]*`,
  String.raw`[;&|(][^\S\n]*`,
  // As in sh -c '…' and rsync -e '…'.
  String.raw`\s-\w*[ce][^\S\n]*["']`,
  String.raw`\s-m${SPACE}`,
  String.raw`\bsudo${SPACE}(?:-[ughp]${SPACE}\S+${SPACE}|-(?![ughp]\s)\S+${SPACE})*`,
  String.raw`\b(?:uv|poetry|pipenv|pdm|pixi|hatch)${SPACE}run${SPACE}`,
  // The word behind it is the container.
  String.raw`\bexec${SPACE}(?:-\S+${SPACE})*[^\s-]\S*${SPACE}(?:--${SPACE})?`
].join("|");
const BEFORE = String.raw`(?:${START})(?:(?:\w+=[^\s;&|]*|then|do|else|if|exec|env|time|nohup|!)${SPACE})*(?:[^\s;&|("'=]*/)?`;
/** Where commands take a secret without a name for it. */
const HANDED = [
  String.raw`wandb${SPACE}login${SPACE}(?:(?:--(?:host|anonymous(?:ly)?)(?:=|${SPACE})\S+|-(?!-(?:host|anonymous))\S+)${SPACE})*(?!-|https?:)`,
  // A later -p is the port of the command that it runs.
  String.raw`sshpass${SPACE}(?:-(?!p)\S+${SPACE})*-p[^\S\n]*`,
  String.raw`(?:docker|podman|nerdctl|buildah|skopeo|oras|crane|helm|az)${SPACE}${WITHIN}login\s${WITHIN}(?<=\s)-p(?:[^\S\n]|=)*`,
  // A space would make it a question, and the next word the database.
  String.raw`(?:mysql|mariadb)[\w-]*${SPACE}${WITHIN}(?<=\s)-p(?=\S)`,
  String.raw`redis-cli${SPACE}${WITHIN}(?<=\s)-a${SPACE}`,
  String.raw`aws${SPACE}configure${SPACE}set${SPACE}\S*(?:key|token)${SPACE}`
].map((command) => new RegExp(BEFORE + command + WORD, "gm"));

/** Whether a command is handed a secret, as in `sshpass -p WORD`, that is no reference to one and no stand-in. */
export function isHanded(text: string): boolean {
  return HANDED.some((command) =>
    [...text.matchAll(command)].some(([, word]) => {
      const value = word!.replace(/^(["'])(.*)\1$/, "$2");
      return value.length >= 3 && !/^[-#]/.test(value) && !isVariableReference(value) && !isStandIn(value);
    })
  );
}

/** A shell's variable or command, a template's name. */
export function isVariableReference(value: string): boolean {
  return /^(\$[\w{(]|`|\{\{|%\w+%$)/.test(value);
}

/** What is written in a secret's place: `<token>`, `YOUR_KEY`, `xxx`; one with a digit may begin like that by chance. */
export function isStandIn(value: string): boolean {
  return (
    /^(<.*>|\[.*\]|[*x.…]+|(your|my|the)[-_ ]\D*)$/i.test(value) ||
    /^(empty|dummy|none|null|unused|offline|disabled|placeholder|redacted|changeme|example|true|false|not[-_]?(needed|used|required))$/i.test(
      value
    )
  );
}
