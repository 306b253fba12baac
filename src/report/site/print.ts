import {once} from "node:events";
import {messageOf, UserError} from "../../base/validation/index.js";
import {openStore, plainSql, type Store} from "../../base/store/index.js";
import {SITE_BUILD, unmadeAnswer} from "./unmade.js";

/**
 * What a page loader does: asks the project's store one question and prints the answer to standard output, bytes as they
 * are and anything else as JSON. The project is ASSAY_PROJECT or the current folder. What the user has to mend is said in its
 * own words, and the process ends with 1. While a site is built the answer says why there is none.
 */
export async function printAnswer(question: (store: Store) => Promise<unknown>): Promise<void> {
  const store = await openStore(process.env.ASSAY_PROJECT ?? process.cwd());
  try {
    const answer = await question(store);
    const bytes = answer instanceof Uint8Array ? answer : JSON.stringify(answer);
    if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
  } catch (error) {
    if (process.env[SITE_BUILD] && MAY_LACK.test(process.argv[1] ?? ""))
      return void process.stdout.write(unmadeAnswer(reasonOf(error)));
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`\nassay: ${error.message}\n`);
    process.exitCode = 1;
  } finally {
    store.close();
  }
}

/** The value of `--NAME=…` that Framework passes to the loader of `[NAME]`. Throws when it is not there. */
export function loaderParameter(name: string): string {
  const prefix = `--${name}=`;
  const found = process.argv.find((argument) => argument.startsWith(prefix));
  if (found === undefined) throw new Error(`loader parameter missing: ${name}`);
  return found.slice(prefix.length);
}

/** Names the record that the loader is about, such as the run whose rows it prints. */
function reasonOf(error: unknown): string {
  const about = process.argv.flatMap((word) => /^--(\w+=.+)$/.exec(word)?.[1]?.replace("=", " ") ?? []);
  const why = error instanceof UserError ? error.message : plainSql(messageOf(error));
  return [...about, why].join(": ");
}

/** Loaders whose output Framework passes on as it is; an archive of files that pages name must be one. */
const MAY_LACK = /\.json\.\w+$|\[run\]\.tar\.\w+$/;
