import type {Scorer} from "../../src/evals/scorers/index.js";

/** From 1 to 5 stars, by how much of an answer is as expected: a scorer whose values are no proportions. */
export const stars: Scorer = ({output, expected}) => {
  const wanted = String(expected);
  const same = [...wanted].filter((character, i) => output[i] === character).length;
  return 1 + Math.round((4 * same) / wanted.length);
};
stars.module = import.meta.url;
