import {defineDataset, pull} from "../../../../src/data/datasets/index.js";
import {judgeRating, exactMatch} from "../../../../src/evals/scorers/index.js";
import {ensureSplit} from "../../../../src/data/splits/index.js";
import {runEval} from "../../../../src/evals/runner/index.js";
import {openStore} from "../../../../src/base/store/index.js";
import {openWordsProject, server, wordsEval, wordsProject} from "../../../evals/runner/support/project.js";

export interface CrashedCommand {
  /** What is there before the command. */
  prepare(folder: string): Promise<void>;
  /** The command, in a store that may be what a killed start of it left. */
  run(folder: string, url: string): Promise<void>;
}

const waves = defineDataset({
  name: "waves",
  id: "id",
  source: {kind: "rows", rows: () => [1, 1, 2, 3, 3].map((wave, i) => ({id: `r${i}`, wave}))},
  earlier: ["wave <= 1", "wave <= 2"]
});

/** Commands that are killed at each step, by their name. */
export const crashedCommands: Record<string, CrashedCommand> = {
  pull: {
    prepare: async () => {},
    async run(folder) {
      const store = await openStore(folder);
      await pull(store.workspace, waves);
      store.close();
    }
  },
  split: {
    prepare: async (folder) => (await wordsProject(folder, 40)).store.close(),
    async run(folder) {
      const store = await openStore(folder);
      const {version} = await openWordsProject(store);
      await ensureSplit(store, version, {strategy: "cluster", heldOut: 0.2});
      store.close();
    }
  },
  run: {
    prepare: async (folder) => (await wordsProject(folder, 16)).store.close(),
    async run(folder, url) {
      const store = await openStore(folder);
      const judge = judgeRating({endpoint: server(url, "judge"), model: "judge", rubric: "good"});
      await runEval(wordsEval(server(url), {scorers: {exact: exactMatch, judge}}), {
        ...(await openWordsProject(store)),
        evalName: "words",
        options: {concurrency: 4, preflight: false}
      });
      store.close();
    }
  }
};

const [name, folder, url] = process.argv.slice(2);
if (import.meta.filename === process.argv[1]) await crashedCommands[name!]!.run(folder!, url!);
