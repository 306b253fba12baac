import {
  type AnsweringModel,
  modelKey,
  type RunCandidate,
  type RunManifest,
  type Workspace
} from "../../../base/store/index.js";
import {UserError} from "../../../base/validation/index.js";
import {type OutputTerms, readOutputTerms, termsAt} from "./outputTerms.js";

/** A model whose answers are learned from, as the version's record and a model's card name it. */
export interface TeacherRecord {
  candidate: string;
  model: string;
  endpoint?: string;
  host?: string;
  /** Id of the store's record of the model. */
  modelId?: string;
  licence?: string;
  price?: RunCandidate["price"];
  terms: (Omit<OutputTerms, "host"> & {host?: undefined}) | {trainOnOutputs: "unknown"};
}

/**
 * The models that gave the answers of these candidates. Throws a UserError where the terms of one forbid to learn from them and no
 * reason is stated: this is the one place that asks.
 */
export async function teachersOf(
  workspace: Workspace,
  candidates: readonly RunCandidate[],
  reason: string | undefined,
  where: string
): Promise<TeacherRecord[]> {
  const terms = await readOutputTerms(workspace.project);
  const found = new Map<string, TeacherRecord>();
  for (const candidate of candidates)
    for (const one of answering(candidate)) {
      const host = hostIn(one.identity);
      const known = termsAt(terms, host);
      const record: TeacherRecord = {
        candidate: candidate.name,
        model: one.model,
        endpoint: one.endpoint,
        host,
        modelId: one.modelId,
        licence: one.modelId === undefined ? undefined : await licenceOf(workspace, one.modelId),
        price: candidate.stages?.find(({name}) => name === one.name)?.price ?? candidate.price,
        terms: known ? {...known, host: undefined} : {trainOnOutputs: "unknown"}
      };
      found.set(JSON.stringify([record.candidate, record.model, record.host]), record);
    }
  const teachers = [...found.values()];
  if (reason === undefined) refuse(teachers, where);
  return teachers;
}

function refuse(teachers: readonly TeacherRecord[], where: string): void {
  const refused = teachers.filter(
    ({terms}) => terms.trainOnOutputs === "forbidden" || terms.trainOnOutputs === "own models only"
  );
  if (refused.length === 0) return;
  const each = refused.map(({candidate, host, terms}) => {
    const {trainOnOutputs, says, source, asOf} = terms as Omit<OutputTerms, "host">;
    return `${candidate} (${host}): ${trainOnOutputs}. ${says} (${source}, ${asOf})`;
  });
  throw new UserError(
    `${where}: the terms of a provider do not allow to learn from its answers. ${each.join("; ")}. If you may all the same, say why in \`reason\` of answersOf, which stands on the model's card; or correct the terms in output-terms.json.`
  );
}

/** The models that a candidate asks: itself, or those of a cascade or a reranked candidate. */
function answering(candidate: RunCandidate): readonly AnsweringModel[] {
  const {answerers, stages} = candidate;
  if (answerers) return answerers;
  if (stages)
    return stages.map(({host, ...stage}) => {
      const identity: Record<string, string> = host === undefined ? {} : {provider: host};
      return {...stage, identity};
    });
  return [candidate];
}

function hostIn({baseUrl = "", provider}: Record<string, string>): string | undefined {
  return URL.canParse(baseUrl) ? new URL(baseUrl).hostname : provider;
}

/** The licence that the model's card states in its front matter. */
async function licenceOf({place}: Workspace, id: string): Promise<string | undefined> {
  const card = Buffer.from((await place.read(modelKey(id, "README.md"))) ?? []).toString();
  const [, front = ""] = /^---\n(.*?)\n---/s.exec(card) ?? [];
  return /^license:\s*(.+)$/m.exec(front)?.[1]?.trim();
}

/** The candidates of a run that are meant. Throws a UserError that names those there are. */
export function namedCandidates(
  run: RunManifest,
  named: string | string[] | undefined
): readonly RunCandidate[] {
  if (named === undefined) return run.candidates;
  const names = [named].flat();
  const missing = names.filter((name) => !run.candidates.some((one) => one.name === name));
  if (missing.length > 0)
    throw new UserError(
      `run ${run.id} has no candidate ${missing.join(", ")}. It has ${run.candidates.map(({name}) => name).join(", ")}.`
    );
  return names.map((name) => run.candidates.find((one) => one.name === name)!);
}
