import {commented, js, templateCode} from "./sourceText.js";
import type {ForeignCandidate, ForeignPrice, ForeignProject, ForeignPrompt, Reach} from "./types.js";

export interface MigratedFile {
  path: string;
  text: string;
}

/**
 * The files of a project of ours that stands for another tool's: rows, a loader, an eval, what had no counterpart, and,
 * where the export holds scores, an eval whose source is the export (`results` names its files in the project).
 * @param day ISO, of which its prices are
 */
export function projectFiles(
  project: ForeignProject,
  results: readonly string[] = [],
  day = new Date().toISOString().slice(0, 10)
): MigratedFile[] {
  const {name, rows, outputs, scored} = project;
  const files: MigratedFile[] = [
    {path: `data/${name}.jsonl`, text: lines(rows)},
    {path: `data-loaders/${name}.ts`, text: loaderText(project)},
    {path: `evals/${name}.eval.ts`, text: evalText(project, day)}
  ];
  if (outputs) files.push({path: `data/${name}-outputs.jsonl`, text: lines(outputs)});
  if (scored) files.push({path: `evals/${name}-imported.eval.ts`, text: importedText(project, results)});
  if (project.dropped.length > 0)
    files.push({
      path: `data/${name}-left-out.md`,
      text: `# What was not taken over from ${project.tool}\n\n${project.dropped.map((line) => `- ${line.replaceAll(/\s+/g, " ")}`).join("\n")}\n`
    });
  return files;
}

const lines = (objects: readonly object[]) => objects.map((one) => `${JSON.stringify(one)}\n`).join("");

function loaderText({name, title, tool, text, rows, sensitivity}: ForeignProject): string {
  const described = `${title} (from ${tool}, ${rows.length} rows)`;
  return `import {defineDataset} from "assay";

export default defineDataset({
  name: ${js(name)},
  description: ${js(described)},
  source: {kind: "files", files: ${js(`data/${name}.jsonl`)}},
  id: "id",${text === undefined ? "" : `\n  text: ${js(text)},`}
  // "public" lets rows go to any endpoint; "internal" and "personal" only to those that your team trusts.
  sensitivity: ${js(sensitivity ?? "internal")}
});
`;
}

function evalText(project: ForeignProject, day: string): string {
  const {name, title, prompts, expected, scorers, candidates, outputs, repeats, tool} = project;
  const reached = candidates.filter(({reach}) => reach !== undefined);
  const replayed = outputs !== undefined;
  const imports = new Set(["candidate", "defineEval", ...scorers.flatMap((scorer) => scorer.imports)]);
  if (replayed) imports.add("recorded");
  else if (reached.length > 0) imports.add("openAICompatible");
  const endpoints = namedEndpoints(reached);
  const said = replayed
    ? `Replays the outputs that ${tool} kept: no call, no key. To ask the models again, take the lines below that are commented out.`
    : `From a ${tool} configuration. What has no counterpart stands in data/${name}-left-out.md.`;
  const asked = [
    ...[...endpoints.values()].map(
      (endpoint) => `const ${endpoint.constant} = ${endpointCode(endpoint, day)};`
    ),
    ...(replayed
      ? [
          `const outputs = (name: string) =>\n  recorded({name, file: ${js(`data/${name}-outputs.jsonl`)}, id: "id", model: "candidate", repeat: "repeat"});`
        ]
      : [])
  ];
  const shown = replayed
    ? asked.map((text) => (text.includes("openAICompatible(") ? commented(text) : text))
    : asked;
  return `import {${[...imports].sort((a, b) => a.localeCompare(b)).join(", ")}} from "assay";
import dataset from "../data-loaders/${name}.js";

// ${said}
${shown.join("\n")}

export default defineEval({
  title: ${js(title)},
  dataset,
  // Every row is scored: none was used for training.
  split: {name: "all", strategy: "given", column: "part"},
  candidates: [
${candidateLines(candidates, endpoints, replayed)}
  ],
  prompt: ${promptCode(replayed ? prompts.slice(0, 1) : prompts)},
  expected: ${js(expected)},
  scorers: {${scorers.map((scorer) => `${js(scorer.name)}: ${scorer.code}`).join(", ")}}${repeats > 1 ? `,\n  repeats: ${repeats}` : ""},
  margin: 0.02
});
`;
}

function candidateLines(
  candidates: readonly ForeignCandidate[],
  endpoints: Endpoints,
  replayed: boolean
): string {
  const written = candidates.flatMap((one, i) => {
    const last = i === 0 ? ", {baseline: true}" : "";
    const asked = one.reach && `    ${candidateCode(one, endpoints, i === 0)}`;
    if (!replayed) return [asked ?? `    // ${js(one.name)}: nothing here speaks to it.`];
    return [
      `    candidate(${js(one.name)}, outputs(${js(one.name)}), ${js(one.name)}${last})${i < candidates.length - 1 ? "," : ""}`,
      ...(asked ? [commented(asked.trim(), "    ")] : [])
    ];
  });
  return replayed ? written.join("\n") : withCommas(written);
}

/** A comma behind every line but comments and the last that is none. */
function withCommas(written: readonly string[]): string {
  const last = written.findLastIndex((line) => !line.trim().startsWith("//"));
  return written.map((line, i) => (i < last && !line.trim().startsWith("//") ? `${line},` : line)).join("\n");
}

function candidateCode(
  {name, model, params, reach}: ForeignCandidate,
  endpoints: Endpoints,
  baseline: boolean
): string {
  const options = [
    ...(Object.keys(params).length > 0 ? [`params: ${js(params)}`] : []),
    ...(baseline ? ["baseline: true"] : [])
  ];
  return `candidate(${js(name)}, ${endpoints.get(endpointKey(reach!))!.constant}, ${js(model)}${options.length > 0 ? `, {${options.join(", ")}}` : ""})`;
}

/** What is made of one server, key and set of prices. */
interface ForeignEndpoint {
  /** It stands for the endpoint in the file, and is its name. */
  constant: string;
  reach: Reach;
  prices: Map<string, ForeignPrice>;
}

type Endpoints = ReadonlyMap<string, ForeignEndpoint>;

const endpointKey = ({baseUrl, apiKeyEnv}: Reach) => `${baseUrl} ${apiKeyEnv ?? ""}`;

function namedEndpoints(reached: readonly ForeignCandidate[]): Endpoints {
  const found = new Map<string, ForeignEndpoint>();
  for (const {reach, model, price} of reached) {
    const known = found.get(endpointKey(reach!)) ?? {
      constant: constantOf(reach!, found),
      reach: reach!,
      prices: new Map<string, ForeignPrice>()
    };
    found.set(endpointKey(reach!), known);
    if (price && !known.prices.has(model)) known.prices.set(model, price);
  }
  return found;
}

function constantOf({provider}: Reach, found: Endpoints): string {
  const taken = new Set([...found.values()].map(({constant}) => constant));
  const own = provider.replaceAll(/\W+/g, "");
  let constant = own;
  for (let n = 2; taken.has(constant); n++) constant = `${own}${n}`;
  return constant;
}

function endpointCode({constant, reach, prices}: ForeignEndpoint, day: string): string {
  const {baseUrl, apiKeyEnv, hosting} = reach;
  const trust = hosting === "api" ? "external" : "internal";
  const key = apiKeyEnv === undefined ? "" : `apiKeyEnv: ${js(apiKeyEnv)}, `;
  const lines = [...prices].map(
    ([model, {inputUsdPerMillion: input, outputUsdPerMillion: output, source}]) =>
      `\n    ${js(model)}: {inputUsdPerMillion: ${input}, outputUsdPerMillion: ${output}, asOf: ${js(day)}, source: ${js(source)}}`
  );
  const price = lines.length === 0 ? "" : `,\n  price: {${lines.join(",")}\n  }\n`;
  return `openAICompatible({name: ${js(constant)}, baseUrl: ${js(baseUrl)}, ${key}hosting: ${js(hosting)}, trust: ${js(trust)}${price}})`;
}

function promptCode(prompts: readonly ForeignPrompt[]): string {
  const [only] = prompts;
  if (only === undefined) return '""';
  if (prompts.length === 1) return contentCode(only.content);
  return `{${prompts.map(({name, content}) => `${js(name)}: ${contentCode(content)}`).join(", ")}}`;
}

function contentCode(content: ForeignPrompt["content"]): string {
  if (typeof content === "string") return js(content);
  const messages = content.map(
    ({role, content: text}) => `{role: ${js(role)}, content: ${templateCode(text)}}`
  );
  return `(row) => [${messages.join(", ")}]`;
}

function importedText({title, tool}: ForeignProject, results: readonly string[]): string {
  return `import {defineEval, imported} from "assay";

/** The scores as ${tool} gave them: no call and no scorer of ours. */
export default defineEval({
  title: ${js(`${title}, as ${tool} scored it`)},
  source: imported({files: ${js(results)}}),
  margin: 0.02
});
`;
}
