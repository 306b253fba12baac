import type {Finding, Recognizer} from "../finding.js";

const TOKEN = /(eyJ[\w-]{8,4096})\.[\w-]{4,65536}\.[\w-]{0,4096}/y;

/** JSON web tokens: three parts whose first one decodes to a header naming its algorithm (RFC 7519). */
export const jsonWebToken: Recognizer = {
  type: "ACCESS_TOKEN",
  name: "json-web-token",
  layer: "secrets",
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.longTokens.length; index += 2) {
      const token = marks.longTokens[index]!;
      const start = headerStart(text, token, marks.longTokens[index + 1]!);
      if (start === undefined) continue;
      TOKEN.lastIndex = start;
      const match = TOKEN.exec(text);
      if (!match || !isHeader(match[1]!)) continue;
      const end = start + match[0].length;
      findings.push({type: "ACCESS_TOKEN", start, end, score: 1, rule: "json-web-token/header"});
    }
    return findings;
  }
};

/** Where a header may begin in a run of letters, digits and signs: at its start, or after a sign, as in a path. */
function headerStart(text: string, from: number, to: number): number | undefined {
  const run = text.slice(from, to);
  for (let at = run.indexOf("eyJ"); at >= 0; at = run.indexOf("eyJ", at + 3))
    if (at === 0 || !/[A-Za-z0-9]/.test(run.charAt(at - 1))) return from + at;
  return undefined;
}

function isHeader(part: string): boolean {
  try {
    return (
      typeof (JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as {alg?: unknown}).alg === "string"
    );
  } catch {
    return false;
  }
}
