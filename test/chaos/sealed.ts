import {openStore} from "../../src/base/store/index.js";

/** What the only run of a project's store says, without its times and how often each call was tried. */
export async function sealed(folder: string): Promise<Record<string, unknown>> {
  const store = await openStore(folder);
  try {
    const [run, ...others] = await store.runs();
    const {id, status, planHash, counts} = run!;
    return {
      run: {id, status, planHash, counts, others: others.length},
      items: await store.rows("select * from items"),
      completions: await store.rows(
        "select * exclude (latency_ms, first_token_ms, finished_at, attempts) from completions"
      ),
      scores: await store.rows("select * from scores")
    };
  } finally {
    store.close();
  }
}
