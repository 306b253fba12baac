import {statedProxies} from "./proxyHost.js";

/** A password that is shorter would be found in any text. It is hidden where its user's name stands before it, too. */
const SHORTEST = 4;

const known = new Map<string, string[]>();

/**
 * What the environment's proxies are asked by: a proxy's or gateway's error may repeat the header. As it is written, decoded, and as
 * HTTP's Basic scheme sends it.
 */
export function proxySecrets(env = process.env): string[] {
  const {http, https} = statedProxies(env);
  return [http, https].flatMap((proxy) => {
    if (!proxy?.value.includes("@")) return [];
    let secrets = known.get(proxy.value);
    if (!secrets) known.set(proxy.value, (secrets = secretsIn(proxy.value)));
    return secrets;
  });
}

function secretsIn(proxy: string): string[] {
  const stated = proxy.replace(/^[a-z][a-z\d+.-]*:\/\//i, "");
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/s.exec(stated.slice(0, stated.lastIndexOf("@")))!;
  if (password === "") return [];
  const forms = [
    [user, password],
    [decodedPart(user), decodedPart(password)]
  ];
  const pairs = forms.map((form) => form.join(":"));
  const sent = pairs.map((pair) => Buffer.from(pair).toString("base64").replace(/=+$/, ""));
  const passwords = forms.map(([, one = ""]) => one).filter((one) => one.length >= SHORTEST);
  return [...new Set([...sent, ...pairs, ...passwords])];
}

function decodedPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
