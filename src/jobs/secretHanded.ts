/** A word as a shell reads it; one in backticks is a command's. */
const WORD = String.raw`("[^"]*"|'[^']*'|[^\s"'\`;&|()\\]+)`;
/** Whatever stands between a command and the word in question. */
const WITHIN = String.raw`[^;&|\n]*?`;
/** Where commands take a secret without a name for it. */
const HANDED = [
  String.raw`\bwandb\s+login\s+${WITHIN}(?<![^\s])(?!-|https?:)`,
  // A later -p is the port of the command that it runs.
  String.raw`\bsshpass\s+(?:-(?!p)\S+\s+)*-p\s*`,
  String.raw`\b(?:docker|podman|nerdctl|buildah|skopeo|oras|crane|helm|az)\s+${WITHIN}login\s${WITHIN}(?<=\s)-p[\s=]*`,
  // A space would make it a question, and the next word the database.
  String.raw`\b(?:mysql|mariadb)\w*\s+${WITHIN}(?<=\s)-p(?=\S)`,
  String.raw`\bredis-cli\s+${WITHIN}(?<=\s)-a\s+`,
  String.raw`\baws\s+configure\s+set\s+\S*(?:key|token)\s+`
].map((before) => new RegExp(before + WORD, "g"));

/** Whether a command is handed a secret, as in `sshpass -p WORD`, that is no reference to one and no stand-in. */
export function isHanded(text: string): boolean {
  return HANDED.some((command) =>
    [...text.matchAll(command)].some(([, word]) => {
      const value = word!.replace(/^(["'])(.*)\1$/, "$2");
      return value.length >= 3 && !value.startsWith("-") && !isReference(value) && !isStandIn(value);
    })
  );
}

/** A shell's variable or command, a template's name. */
export function isReference(value: string): boolean {
  return /^(\$[\w{(]|`|\{\{|%\w+%$)/.test(value);
}

/** What is written in a secret's place: `<token>`, `YOUR_KEY`, `xxx`. */
export function isStandIn(value: string): boolean {
  return (
    /^(<.*>|\[.*\]|[*x.…]+|(your|my|the)[-_ ].*)$/i.test(value) ||
    /^(empty|dummy|none|null|unused|offline|disabled|placeholder|redacted|changeme|example|true|false|not[-_]?(needed|used|required))$/i.test(
      value
    )
  );
}
