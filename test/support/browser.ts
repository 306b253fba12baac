import {execFileSync} from "node:child_process";
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {brotliDecompressSync} from "node:zlib";
import {type Browser, chromium} from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--font-render-hinting=none",
  "--hide-scrollbars"
];

interface Found {
  executablePath: string;
  env: Record<string, string>;
}

/**
 * A real Chromium: the one CHROME_PATH names, a system's own, or the one from the package index. Undefined, with
 * the reason printed, when there is none; an error under CI=true, where the site must not go untested.
 */
export async function openBrowser(): Promise<Browser | undefined> {
  try {
    const {executablePath, env} = await findChromium();
    return await chromium.launch({
      executablePath,
      args: FLAGS,
      env: {...process.env, ...env} as Record<string, string>
    });
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    if (process.env.CI === "true") throw new Error(`no browser: ${reason}`, {cause});
    console.warn(`skipped: no Chromium to open the site with (${reason}). Set CHROME_PATH to one.`);
    return undefined;
  }
}

async function findChromium(): Promise<Found> {
  const named = process.env.CHROME_PATH;
  if (named) return {executablePath: named, env: {}};
  const system = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    existsSync
  );
  if (system) return {executablePath: system, env: {}};
  const {default: packaged} = await import("@sparticuz/chromium");
  return {executablePath: await packaged.executablePath(), env: libraries()};
}

/** The packaged Chromium needs two libraries that small systems lack; the package carries them as well. */
function libraries(): Record<string, string> {
  const folders = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/lib64"
  ];
  const needed = ["libnss3.so", "libnspr4.so"];
  if (needed.every((file) => folders.some((folder) => existsSync(join(folder, file))))) return {};
  const target = join(tmpdir(), "assay-chromium-libraries");
  if (!existsSync(join(target, "lib", "libnss3.so"))) {
    const bin = join(
      dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")),
      "..",
      "..",
      "bin"
    );
    mkdirSync(target, {recursive: true});
    const archive = join(target, "libraries.tar");
    writeFileSync(archive, brotliDecompressSync(readFileSync(join(bin, "al2023.tar.br"))));
    execFileSync("tar", ["-xf", archive, "-C", target]);
  }
  return {LD_LIBRARY_PATH: [join(target, "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":")};
}
