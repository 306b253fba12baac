import type {Finding, Recognizer} from "../finding.js";

/** Addresses that let whoever has them in, by the dot within their host: what stands before it, and what from it on. */
const SHAPES: readonly [service: string, before: string, shape: RegExp][] = [
  ["slack", "hooks", /\.slack\.com\/(?:services|workflows|triggers)\/([\w-]{3,}(?:\/[\w-]{6,}){1,3})/y],
  ["discord", "discord", /\.com\/api\/(?:v\d+\/)?webhooks\/(\d{15,20}\/[\w-]{40,100})/y],
  ["discord", "discordapp", /\.com\/api\/(?:v\d+\/)?webhooks\/(\d{15,20}\/[\w-]{40,100})/y],
  ["teams", "", /\.webhook\.office\.com\/webhookb2\/([\w@-]{30,100}\/IncomingWebhook\/[\w/-]{20,200})/y],
  ["teams", "outlook", /\.office\.com\/webhook\/([\w@-]{30,100}\/IncomingWebhook\/[\w/-]{20,200})/y],
  ["zapier", "hooks", /\.zapier\.com\/hooks\/catch\/(\d+\/\w{5,})/y],
  ["ifttt", "maker", /\.ifttt\.com\/trigger\/[\w-]{1,100}\/(?:json\/)?with\/key\/([\w-]{15,})/y],
  ["telegram", "api", /\.telegram\.org\/bot(\d{6,12}:[\w-]{30,50})/y]
];
const PLACEHOLDER = /(?:^|\/)(?:x+|\*+)$/i;

const SIGNATURE = /[?&;](?:X-(?:Amz|Goog)-Signature|sig|signature)$/i;
const LONGEST_SIGNATURE_NAME = 18;
const SIGNED = /[\w%+/~-]{20,2000}/y;

/** Addresses of chats' webhooks, which need no other key, and the signatures of signed ones. */
export const secretUrl: Recognizer = {
  type: "SECRET",
  name: "secret-url",
  layer: "secrets",
  find(text, {marks}) {
    const findings: Finding[] = [];
    const add = (service: string, end: number, secret: string) =>
      findings.push({
        type: "SECRET",
        start: end - secret.length,
        end,
        score: 0.95,
        rule: `secret-url/${service}`
      });
    for (const dot of marks.dots)
      for (const [service, before, shape] of SHAPES) {
        if (!text.endsWith(before, dot)) continue;
        shape.lastIndex = dot;
        const match = shape.exec(text);
        if (!match || PLACEHOLDER.test(match[1]!)) continue;
        add(service, dot + match[0].length, match[1]!);
        break;
      }
    for (const sign of marks.equals) {
      if (!SIGNATURE.test(text.slice(Math.max(0, sign - LONGEST_SIGNATURE_NAME), sign))) continue;
      SIGNED.lastIndex = sign + 1;
      const signature = SIGNED.exec(text)?.[0];
      if (signature && /\d/.test(signature)) add("signature", sign + 1 + signature.length, signature);
    }
    return findings.sort((a, b) => a.start - b.start);
  }
};
