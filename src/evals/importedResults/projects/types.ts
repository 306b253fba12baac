/** Another tool's evaluation as a project of ours: rows, what is asked, whom, and what is expected. */
export interface ForeignProject {
  /** Letters, digits and dashes: names the dataset and the eval. */
  name: string;
  title: string;
  tool: string;
  /** Each with an `id` and a `part`. */
  rows: ForeignRow[];
  /** The column pages and duplicates go by, where there is one. */
  text?: string;
  prompts: ForeignPrompt[];
  /** The column that holds what is expected. */
  expected: string;
  scorers: {name: string; code: string; imports: string[]}[];
  candidates: ForeignCandidate[];
  /** Outputs that the export holds: then candidates replay them. */
  outputs?: {id: string; candidate: string; repeat: number; output: string}[];
  repeats: number;
  /** True when the export itself holds scores, and so is a source of an eval. */
  scored: boolean;
  /** How sensitive its rows are, when somebody said so. */
  sensitivity?: "public" | "internal" | "personal";
  /** What has no counterpart, line by line. */
  dropped: string[];
}

export type ForeignRow = {id: string; part: "test"} & Record<string, unknown>;

export interface ForeignPrompt {
  name: string;
  /** Text with `{{column}}` places; one message of the user's when it is text. */
  content: string | {role: string; content: string}[];
}

export interface ForeignCandidate {
  name: string;
  model: string;
  params: Record<string, unknown>;
  /** How the model is reached; absent when nothing of ours speaks to it. */
  reach?: Reach;
  /** As the other tool's file states it. */
  price?: ForeignPrice;
}

export interface ForeignPrice {
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
  /** The file, and what it calls them. */
  source: string;
}

export interface Reach {
  provider: string;
  baseUrl: string;
  apiKeyEnv?: string;
  hosting: "api" | "on-prem";
}
