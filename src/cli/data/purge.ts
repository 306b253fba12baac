import {answersTo, MAY_RETURN, previewPurge, purge, unreadText} from "../../data/datasets/index.js";
import {acceptErasedTraining, listModels, type ModelManifest} from "../../weights/models/index.js";
import {UsageError} from "../../base/validation/index.js";
import {modelsDir, openStore} from "../../base/store/index.js";
import {assertKnown} from "../project/knownDataset.js";
import {onStop} from "../terminal/interruption.js";
import {openProject} from "../project/project.js";
import {plural} from "../terminal/plural.js";
import {dim, note, print, printable, printJson} from "../terminal/terminal.js";
import {touchedText, wouldTouchText} from "./touchedText.js";

interface PurgeVerbOptions {
  where?: string;
  reason?: string;
  keepModel?: string;
  dryRun?: boolean;
  json?: boolean;
}

export async function purgeVerb(name: string, options: PurgeVerbOptions): Promise<void> {
  const {where, keepModel} = options;
  if ((where === undefined) === (keepModel === undefined))
    throw new UsageError(
      "say which rows are to go with --where SQL, or which model may stay with --keep-model ID."
    );
  if (keepModel !== undefined && options.dryRun)
    throw new UsageError("--dry-run says what --where would erase: it goes without --keep-model.");
  if (where !== undefined) await assertHasRows(name);
  if (where !== undefined && options.dryRun) return previewVerb(name, where, options.json);
  const {reason} = options;
  if (reason === undefined)
    throw new UsageError(
      "say why with --reason TEXT, for the record, and do not name the person. `--dry-run` says what would be erased."
    );
  if (keepModel !== undefined) return keepModelVerb(keepModel, reason);
  const callOff = onStop(
    () =>
      `The purge of ${name} was stopped. Rows may be marked and not yet erased everywhere: give the same command again, which finishes it.`
  );
  const result = await purge(await openProject(), name, {where: where!, reason, onWait: note}).finally(
    callOff
  );
  tellUnread(result.unread);
  const meets = result.met + result.erasedBefore + result.keptOut > 0;
  if (!meets) process.exitCode = 1;
  if (options.json) return printJson(result);
  if (result.rows > 0) print(`${plural(result.rows, "row")} of ${name} erased, with a tombstone each.`);
  else if (result.met + result.erasedBefore > 0)
    print(`No row of ${name} meets it that was not erased before.`);
  else if (result.keptOut === 0) print(`No row of ${name} meets it.`);
  if (result.finished) print("What an earlier purge had left undone is done.");
  if (result.keptOut > 0)
    print(
      `No row of ${name} has ${plural(result.keptOut, "id")} that it names. Versions are gone that may have had them, so they have a tombstone each: coming pulls leave them out.`
    );
  if (result.mayReturn) print(MAY_RETURN);
  for (const line of touchedText(result)) print(line);
  for (const {dataset, rows} of result.answers ?? [])
    print(`${plural(rows, "row")} of ${printable(dataset)} erased, which were answers to them.`);
  if (meets || result.finished) print(YOURS);
}

/** What may still hold rows makes the exit code 1. */
function tellUnread(unread: Parameters<typeof unreadText>[0]): void {
  if (unread.length > 0) process.exitCode = 1;
  for (const line of unreadText(unread)) note(printable(line));
}

const YOURS = "The source itself, and copies that others took of exports or of the site, are yours to clear.";

/** Rows are those of a dataset, or of an eval whose results other tools made. */
async function assertHasRows(name: string): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const runs = (await store.runs({archived: true})).filter(({imported}) => imported !== undefined);
    await assertKnown(
      store,
      name,
      runs.map(({dataset}) => dataset.name)
    );
  } finally {
    store.close();
  }
}

const MOST_SHOWN = 50;

async function previewVerb(name: string, where: string, json: boolean | undefined): Promise<void> {
  const workspace = await openProject();
  const preview = await previewPurge(workspace, name, {where});
  tellUnread(preview.unread);
  if (preview.met + preview.keptOut.length === 0) process.exitCode = 1;
  if (json) return printJson(preview);
  const {rows, keptOut, heldOut} = preview;
  print(`${plural(rows.length, "row")} of ${printable(name)} would be erased. Nothing was.`);
  for (const row of rows.slice(0, MOST_SHOWN)) print(`  ${printable(row)}`);
  if (rows.length > MOST_SHOWN) print(dim(`  and ${rows.length - MOST_SHOWN} more: --json lists all`));
  const lines = wouldTouchText(preview);
  if (keptOut.length > 0) {
    print(
      `No row that is looked at has ${plural(keptOut.length, "id")} that it names. Versions are gone that may have had them: coming pulls would leave them out.`
    );
    for (const id of keptOut.slice(0, MOST_SHOWN)) print(`  ${printable(id)}`);
  }
  if (preview.mayReturn) print(MAY_RETURN);
  if (keptOut.length === 0 && preview.finished) print("What an earlier purge had left undone would be done.");
  for (const [dataset] of await answersTo(workspace, name))
    print(`Rows of ${printable(dataset)} that are answers to them would be erased too.`);
  for (const line of lines) print(line);
  if (heldOut > 0)
    print(
      `${plural(heldOut, "row")} that splits hold out ${heldOut === 1 ? "is" : "are"} not looked at here. A purge looks at them too.`
    );
  if (lines.length > 0) print(YOURS);
}

async function keepModelVerb(wanted: string, reason: string): Promise<void> {
  const dir = modelsDir(await openProject());
  const kept = modelMeant(await listModels(dir), wanted);
  await acceptErasedTraining(dir, kept, reason);
  print(
    `Model ${printable(kept.name)} may be used, though it learned from erased rows: ${printable(reason)}`
  );
}

/** The one model whose id begins so: several may have one name, and only some of them learned from erased rows. */
function modelMeant(models: readonly ModelManifest[], wanted: string): ModelManifest {
  const found = models.filter(({id}) => id.startsWith(wanted));
  if (found.length === 1) return found[0]!;
  const ids = (list: readonly ModelManifest[]) => list.map(({id}) => id.slice(0, 16)).join(", ");
  if (found.length > 1)
    throw new UsageError(
      `--keep-model: the ids of ${found.length} models begin with ${JSON.stringify(wanted)}: ${ids(found)}. Give more of it.`
    );
  const named = models.filter(({name}) => name === wanted);
  throw new UsageError(
    named.length > 0
      ? `--keep-model takes an id, or its beginning, and ${JSON.stringify(wanted)} is a name: of ${ids(named)}.`
      : `--keep-model: no model's id begins with ${JSON.stringify(wanted)}. \`assay models\` lists them.`
  );
}
