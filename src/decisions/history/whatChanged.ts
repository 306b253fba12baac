import type {RunCandidate, RunManifest, Store} from "../../store/index.js";

/** Something that could explain why scores differ. */
export interface Change {
  /** code: what the project asked or how it scored. model: what the server says it answers with. data: the rows. */
  kind: "code" | "model" | "data";
  /** In words: "the prompt". */
  what: string;
}

/**
 * What changed between two runs for one candidate ("candidate · variant" where there are several prompts), looking at the
 * rows that both have: their content, the requests that were made about them, the scorer, and the model and fingerprint
 * that the server named. Empty when nothing known did.
 */
export async function whatChanged(
  store: Store,
  before: RunManifest,
  now: RunManifest,
  candidate: string
): Promise<Change[]> {
  const [name, variant] = namesOf(now, candidate);
  const parameters = {before: before.id, now: now.id, candidate: name, variant};
  const [rows] = await store.rows<{changed: number}>(
    `select count(*) filter (a.row_hash <> b.row_hash)::int as changed
     from items a join items b using (row_id) where a.run = $before and b.run = $now`,
    {before: before.id, now: now.id}
  );
  const [requests] = await store.rows<{other: number}>(
    `select count(*)::int as other
     from completions a join completions b using (row_id, candidate, variant, repeat)
     join items i on i.run = a.run and i.row_id = a.row_id join items j on j.run = b.run and j.row_id = b.row_id
     where a.run = $before and b.run = $now and candidate = $candidate and variant = $variant
       and i.row_hash = j.row_hash and a.key <> b.key and a.key <> '' and b.key <> ''`,
    parameters
  );
  const changes: Change[] = [];
  if (requests!.other > 0) changes.push({kind: "code", what: requestChange(before, now, name, variant)});
  const scorer = (run: RunManifest) => run.scorers.find((one) => one.name === run.primaryScorer)?.version;
  if (scorer(before) !== scorer(now)) changes.push({kind: "code", what: `the scorer ${now.primaryScorer}`});
  if (rows!.changed > 0)
    changes.push({
      kind: "data",
      what: `${rows!.changed} ${rows!.changed === 1 ? "row" : "rows"} of the data`
    });
  const [was, is] = [await answererOf(store, before.id, name), await answererOf(store, now.id, name)];
  if (was !== is)
    changes.push({kind: "model", what: `the server's model: ${was || "unnamed"} → ${is || "unnamed"}`});
  return changes;
}

/** Everything that a request is made of and that the two runs' records tell apart. */
function requestChange(before: RunManifest, now: RunManifest, name: string, variant: string): string {
  const own = (run: RunManifest): Partial<RunCandidate> =>
    run.candidates.find((one) => one.name === name) ?? {};
  const prompt = (run: RunManifest) => run.variants.find((one) => one.name === variant)?.sha256;
  const differ = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  const [was, is] = [own(before), own(now)];
  const parts = [
    prompt(before) !== prompt(now) ? "the prompt" : "",
    differ(before.fewShot, now.fewShot) ? "the examples in the prompt" : "",
    was.model !== is.model ? `the model asked (${was.model} → ${is.model})` : "",
    differ(was.params, is.params) ? "the parameters" : "",
    differ(was.tools, is.tools) ? "the tools" : "",
    differ(was.identity, is.identity)
      ? was.modelId === is.modelId
        ? "the endpoint"
        : "the trained model"
      : ""
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "what is asked";
}

/** Models and fingerprints that the server named, in order. */
async function answererOf(store: Store, run: string, candidate: string): Promise<string> {
  const named = await store.rows<{name: string}>(
    `select distinct concat_ws(' ', served_model, fingerprint) as name from completions
     where run = $run and candidate = $candidate and status = 'completed' order by 1`,
    {run, candidate}
  );
  return named
    .map(({name}) => name)
    .filter(Boolean)
    .join(", ");
}

function namesOf(run: RunManifest, candidate: string): [name: string, variant: string] {
  for (const {name} of run.candidates)
    for (const variant of run.variants)
      if (candidate === name || candidate === `${name} · ${variant.name}`) return [name, variant.name];
  return [candidate, run.variants[0]?.name ?? "default"];
}
