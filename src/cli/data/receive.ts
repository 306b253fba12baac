import {shellWord, UserError} from "../../base/validation/index.js";
import {spanReceiver} from "../../data/datasets/index.js";
import {pullRedaction} from "../../data/privacy/index.js";
import {listen} from "../../inference/endpoints/index.js";
import {reportBroken} from "../project/broken.js";
import {findProject, loadDatasets, openProject} from "../project/project.js";
import {unknownDataset} from "../project/unknownDataset.js";
import {note, print} from "../terminal/terminal.js";

export async function receiveVerb(name: string, {port}: {port: number}): Promise<void> {
  const workspace = await openProject();
  const {datasets, broken} = await loadDatasets(findProject());
  reportBroken(broken.filter(({path}) => path === `data-loaders/${name}.ts`));
  const definition = datasets.find((one) => one.name === name);
  if (!definition)
    throw unknownDataset(
      name,
      datasets.map((one) => one.name),
      "data-loaders/ has"
    );
  if (definition.source.kind !== "received")
    throw new UserError(
      `dataset ${name} has a source of kind "${definition.source.kind}". Give it \`source: {kind: "received"}\`, \`append: true\` and \`id: "id"\`.`
    );
  const host = "127.0.0.1";
  const receiver = spanReceiver(workspace, definition, {
    redactor: pullRedaction(definition).redactor,
    onReceived: (calls) => note(`${calls} ${calls === 1 ? "call" : "calls"} of models`),
    onProblem: note
  });
  await listen(receiver.server, {port, host});
  const address = receiver.server.address();
  const taken = typeof address === "object" && address ? address.port : port;
  print(
    `Receiving for ${name} at http://${host}:${taken} (OTEL_EXPORTER_OTLP_ENDPOINT). \`assay pull ${shellWord(name)}\` makes a version of it. Ctrl-C ends.`
  );
  await new Promise<void>((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  await receiver.close();
}
