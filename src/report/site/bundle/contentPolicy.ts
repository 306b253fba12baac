import {createHash} from "node:crypto";
import {REPORT_PAGES} from "../frame.js";

const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'"
];

/** The report's own pages but that of SQL: they run no WebAssembly and no workers. */
const PLAIN = new Set(
  REPORT_PAGES.map(({path}) => `${path.slice(1)}.html`).filter((page) => page !== "sql.html")
);

/**
 * A page with a Content-Security-Policy: code runs only from the site's own files and from the inline scripts that the page
 * was built with, named by their hashes; nothing is asked of another host. WebAssembly and workers are allowed on the page of
 * SQL and on a project's own pages, other evaluation nowhere. `page` is its file's path within the site.
 */
export function withContentPolicy(page: string, html: string): string {
  const hashes = [...html.matchAll(/<script(?:\s+type="module")?>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash("sha256").update(script!).digest("base64")}'`
  );
  const plain = PLAIN.has(page);
  const scripts = ["script-src 'self'", plain ? [] : "'wasm-unsafe-eval'", hashes].flat().join(" ");
  const workers = plain ? "worker-src 'none'" : "worker-src 'self' blob:";
  const policy = [...POLICY, workers, scripts].join("; ");
  return html.replace(
    '<meta charset="utf-8">',
    (first) => `${first}\n<meta http-equiv="Content-Security-Policy" content="${policy}">`
  );
}
