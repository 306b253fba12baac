import {isLoopback, serve} from "../endpoints/index.js";
import {listModels, loadModel} from "../models/index.js";
import {modelsDir, UserError} from "../store/index.js";
import {openProject} from "./project.js";
import {note, print} from "./terminal.js";

export async function serveVerb(names: string[], options: {port: number; host: string}): Promise<void> {
  const dir = modelsDir(await openProject());
  const known = await listModels(dir);
  const chosen = names.map((name) => {
    // Of several models with one name the newest is meant: the manifest's id says exactly which.
    const found = known
      .filter(
        (model) => model.id === name || model.name === name || (name.length >= 8 && model.id.startsWith(name))
      )
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
    if (!found)
      throw new UserError(
        `the store has no model ${JSON.stringify(name)}. It has ${known.map((model) => model.name).join(", ") || "none: run an eval that trains one"}.`
      );
    return found;
  });
  const models = await Promise.all(chosen.map(({id}) => loadModel(dir, id)));
  const server = await serve(models, {port: options.port, host: options.host});
  print(
    `Serving ${chosen.map(({name}) => name).join(", ")} at ${server.url}/v1 (chat completions, streaming, logprobs; Ctrl-C ends)`
  );
  if (!isLoopback(options.host))
    note(
      `! ${options.host} is not this machine alone: whoever reaches it may ask these models. There is no key.`
    );
  await new Promise<void>((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  await server.close();
}
