import {createHash} from "node:crypto";

const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'"
];

/**
 * A page with a Content-Security-Policy: code runs only from the site's own files and from the inline scripts that the page
 * was built with, named by their hashes, and no other host is reached. Only pages that are not `plain` may run WebAssembly and
 * workers; no page may evaluate code otherwise.
 */
export function withContentPolicy(html: string, {plain}: {plain: boolean}): string {
  const hashes = [...html.matchAll(/<script(?:\s+type="module")?>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash("sha256").update(script!).digest("base64")}'`
  );
  const scripts = ["script-src 'self'", plain ? [] : "'wasm-unsafe-eval'", hashes].flat().join(" ");
  const workers = plain ? "worker-src 'none'" : "worker-src 'self' blob:";
  const policy = [...POLICY, workers, scripts].join("; ");
  return html.replace(
    '<meta charset="utf-8">',
    (first) => `${first}\n<meta http-equiv="Content-Security-Policy" content="${policy}">`
  );
}
