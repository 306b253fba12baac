const REFERENCE =
  /^(?:\$[{(].*|\$[A-Z_][A-Z0-9_]*|\$[A-Za-z_]+(?:(?:->|\[).*)?|%[A-Za-z_]+%|%[sd]|%\(.*|\{.*)$/;
const WHAT =
  "(?:own|new|secret|strong|secure|super|api|access|account|auth|app|client|user|db|database|private|pass(?:word|wd|phrase|code)?|pwd|token|key|id|credentials?|value|string|goes|here)";
const WORDS = [
  "\\*+|x+|\\.+|…+|-+|_+|null|none|undefined|true|false|string|placeholder|redacted|masked|https?:.*|<[a-z_]+(?::[a-z]*)?>",
  "process\\.env.*|os\\.environ.*|env\\..*",
  `(?:my|your|example|sample|dummy|insert|enter)(?:[-_. ]?${WHAT})*`,
  "(?:your|example|change[-_ ]?(?:me|this|it))(?:[-_. ][a-z]+)*",
  "example\\.(?:com|org|net)"
];
const PLACEHOLDER = new RegExp(`^(?:${WORDS.join("|")})$`, "i");

/** Whether a value names a variable: `$TOKEN`, `${TOKEN}`, `%TOKEN%`, `{{token}}`. `$uperS3cret` is none. */
export function isReference(value: string): boolean {
  return REFERENCE.test(value);
}

/** Whether a value stands for a secret without being one: `your-api-key`, `changeme`, `********`. `MyDog2015` is none. */
export function isPlaceholder(value: string): boolean {
  return isReference(value) || PLACEHOLDER.test(value);
}

/** Whether what stands where a password does is none: `user:password`, besides placeholders. */
export function isNoPassword(value: string): boolean {
  return /^(?:<.*|pass(?:word)?)$/i.test(value) || isPlaceholder(value);
}
