import {createHash} from "node:crypto";

const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'"
];

/**
 * A page with a Content-Security-Policy: code runs only from the site's own files and from the inline scripts that the page
 * was built with, named by their hashes; nothing is asked of another host. WebAssembly is allowed, other evaluation is not.
 */
export function withContentPolicy(html: string): string {
  const hashes = [...html.matchAll(/<script(?:\s+type="module")?>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash("sha256").update(script!).digest("base64")}'`
  );
  const scripts = `script-src 'self' 'wasm-unsafe-eval' ${hashes.join(" ")}`.trimEnd();
  const policy = [...POLICY, scripts].join("; ");
  return html.replace(
    '<meta charset="utf-8">',
    (first) => `${first}\n<meta http-equiv="Content-Security-Policy" content="${policy}">`
  );
}
