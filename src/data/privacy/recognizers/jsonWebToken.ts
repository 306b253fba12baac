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
      const start = text.slice(token, marks.longTokens[index + 1]).lastIndexOf("eyJ") + token;
      if (start < token || (start > token && text.charAt(start - 1) !== "=")) continue;
      TOKEN.lastIndex = start;
      const match = TOKEN.exec(text);
      if (!match || !isHeader(match[1]!)) continue;
      const end = start + match[0].length;
      findings.push({type: "ACCESS_TOKEN", start, end, score: 1, rule: "json-web-token/header"});
    }
    return findings;
  }
};

function isHeader(part: string): boolean {
  try {
    return (
      typeof (JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as {alg?: unknown}).alg === "string"
    );
  } catch {
    return false;
  }
}
