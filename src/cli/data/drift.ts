import {diffVersions, driftVerdict, findVersion, watchText} from "../../data/datasets/index.js";
import {openStore} from "../../base/store/index.js";
import {assertKnown} from "../project/knownDataset.js";
import {openProject} from "../project/project.js";
import {note, print, printJson, table} from "../terminal/terminal.js";

const EXIT = {steady: 0, drifted: 100, undecided: 101} as const;

/** For a scheduled monitor: the exit code is the verdict. */
export async function driftVerb(
  name: string,
  options: {against: string; version?: string; psi?: number; json?: boolean}
): Promise<void> {
  const store = await openStore(await openProject());
  try {
    await assertKnown(store, name);
    const before = await findVersion(store, name, options.against);
    const after = await findVersion(store, name, options.version);
    const diff = await diffVersions(store, before, after);
    const verdict = driftVerdict(diff, options, after.watch);
    process.exitCode = EXIT[verdict.state];
    if (options.json)
      return printJson({...verdict, before: diff.before, after: diff.after, drift: diff.drift});
    print(
      `${name}: ${after.id} against ${before.id}: ${verdict.state === "undecided" ? "cannot tell" : verdict.state}`
    );
    if (after.watch?.reference === before.id) note(watchText(name, after.watch));
    print(
      table(verdict.columns, [
        {title: "column", text: "name", value: ({column}) => column},
        {title: "", value: ({state}) => (state === "undecided" ? "cannot tell" : state)},
        {title: "", text: "prose", value: ({reason}) => reason}
      ])
    );
  } finally {
    store.close();
  }
}
