import {purge} from "../datasets/index.js";
import {openProject} from "./project.js";
import {print, printable, printJson} from "./terminal.js";

export async function purgeVerb(
  name: string,
  options: {where: string; reason: string; json?: boolean}
): Promise<void> {
  const result = await purge(await openProject(), name, options);
  if (options.json) return printJson(result);
  print(
    result.rows > 0
      ? `${counted(result.rows)} of ${name} erased, with a tombstone each.`
      : `No row of ${name} meets it that was not erased before. What an earlier purge had left undone is done.`
  );
  for (const {id, rows} of result.versions) print(`  version ${id}: ${counted(rows)}`);
  for (const id of result.splits) print(`  split ${id}`);
  for (const id of result.runs) print(`  run ${id}: expected answers, outputs and excerpts`);
  for (const id of result.journals)
    print(`  run ${id}: its journal, so its unsealed calls will be made again`);
  for (const {id, name} of result.models)
    print(
      `  NOT erased: model ${printable(name)} (${id.slice(0, 12)}) learned from them; train it again or delete it`
    );
  for (const file of result.notErased)
    print(`  NOT erased: ${printable(file)}, made from the store; remove it, or make it again`);
  print("The source itself, and copies that others took of exports or of the site, are yours to clear.");
}

const counted = (rows: number) => `${rows} ${rows === 1 ? "row" : "rows"}`;
