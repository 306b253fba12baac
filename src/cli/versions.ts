import {openStore, UserError} from "../store/index.js";
import {openProject} from "./project.js";
import {changesOf} from "./pull.js";
import {print, printJson, table} from "./terminal.js";

export async function versionsVerb(name: string | undefined, options: {json?: boolean}): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const versions = await store.versions(name);
    if (options.json) return printJson(versions);
    if (versions.length === 0)
      throw new UserError(
        `the store has no version${name ? ` of ${name}` : ""} yet. Run \`assay pull${name ? ` ${name}` : ""}\`.`
      );
    print(
      table(versions, [
        {title: "data set", value: (version) => version.dataset},
        {title: "version", value: (version) => version.id},
        {title: "pulled", value: (version) => version.pulledAt.slice(0, 19).replace("T", " ")},
        {title: "rows", value: (version) => version.rows, align: "right"},
        {title: "changes", value: (version) => version.changes && changesOf(version.changes)},
        {title: "after", value: (version) => version.parent}
      ])
    );
  } finally {
    store.close();
  }
}
