import {bradleyTerry, type Preference} from "../../../src/base/stats/index.js";
import {decimals, type Reader, type ValueFigure} from "../figure.js";
import {isObject, type Item, jsonFiles, type JsonObject} from "../item.js";
import {type Case, casesIn} from "./cases.js";

const logs = /^(log_?)?(abilit(y|ies)|param(eter)?s?|lambdas?|thetas?|coef(ficient)?s?|log_?strengths?)/i;
const strengths = /^(strengths?|worths?|gammas?|probabilit(y|ies)|p|pi)(_|$)/i;
const matrix = /^(wins|win_?matrix|matrix|pairwise)$/i;
const list = /^(comparisons|data|games|pairs|results|matches)$/i;

/**
 * Bradley–Terry strengths of a matrix of wins (row beats column) or a list of [winner, loser, times?], as choix and others
 * publish them. What is published as a list is compared up to the factor, or the constant of logarithms, that is free; named strengths
 * sum to 1, and named logarithms are relative to `reference` or to their mean.
 */
export const strengthVectors: Reader = {
  kind: "strengths of paired comparisons",
  matches: (item) => vectorFiles(item).length > 0,
  figures: (item) =>
    vectorFiles(item).flatMap((file) =>
      casesIn(item.json(file), isCase).flatMap((one) => figuresOf(file, one))
    ),
  vectors: {
    files: vectorFiles,
    inputs: new RegExp(
      `(^|/)(${[matrix, list].map(({source}) => source.slice(1, -1)).join("|")})(/|$)|(^|/)n(_items)?$`,
      "i"
    )
  }
};

function isCase(value: JsonObject): boolean {
  return (
    gamesOf(value) !== undefined && Object.keys(value).some((key) => logs.test(key) || strengths.test(key))
  );
}

interface Games {
  names: string[];
  games: Preference[];
}

function gamesOf(value: JsonObject): Games | undefined {
  const find = (name: RegExp) => Object.entries(value).find(([key]) => name.test(key))?.[1];
  const stated = find(/^(names|items|players|teams|models)$/i);
  const table = find(matrix);
  const named = (size: number) =>
    Array.isArray(stated) && stated.length === size
      ? stated.map(String)
      : Array.from({length: size}, (_, i) => String(i));
  if (isMatrix(table)) {
    const names = named(table.length);
    const games = table.flatMap((row, i) =>
      row.flatMap((weight, j): Preference[] =>
        i === j || !weight ? [] : [{first: names[i]!, second: names[j]!, winner: "first", weight}]
      )
    );
    return {names, games};
  }
  const games = pairsOf(find(list));
  if (!games) return undefined;
  const seen = [...new Set(games.flatMap(({first, second}) => [first, second]))];
  const numbered = seen.every((one) => /^\d+$/.test(one));
  return {names: numbered ? named(Math.max(...seen.map(Number)) + 1) : seen.sort(), games};
}

function isMatrix(value: unknown): value is (number | null)[][] {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value.every(
      (row) =>
        Array.isArray(row) &&
        row.length === value.length &&
        row.every((one) => one === null || typeof one === "number")
    )
  );
}

function pairsOf(value: unknown): Preference[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const games = value.map((raw: unknown): Preference | undefined => {
    const [winner, loser, times = 1] = isObject(raw)
      ? [raw.winner, raw.loser, raw.count ?? raw.n ?? raw.times]
      : Array.isArray(raw)
        ? (raw as unknown[])
        : [];
    if (winner === undefined || loser === undefined) return undefined;
    return {first: String(winner), second: String(loser), winner: "first", weight: Number(times)};
  });
  return games.every((one) => one !== undefined) ? games : undefined;
}

function figuresOf(file: string, {path, value}: Case): ValueFigure[] {
  const {names, games} = gamesOf(value)!;
  const reference = typeof value.reference === "string" ? value.reference : undefined;
  const found = bradleyTerry(games, {reference})?.abilities;
  const abilities = names.map((name) => found?.find((one) => one.name === name)?.estimate ?? NaN);
  const sum = abilities.reduce((all, one) => all + Math.exp(one), 0);
  return Object.entries(value).flatMap(([key, published]): ValueFigure[] => {
    const isLog = logs.test(key);
    if (!isLog && !strengths.test(key)) return [];
    const own = isLog ? abilities : abilities.map((one) => Math.exp(one) / sum);
    const at = [...path, key];
    if (Array.isArray(published))
      return [
        {
          name: at.join(" "),
          ours: own,
          published: {file, path: at},
          agrees: isLog ? alike(mean) : alike(total)
        }
      ];
    if (!isObject(published)) return [];
    return names.map((name, i) => ({
      name: `${at.join(" ")}: ${name}`,
      ours: own[i],
      published: {file, path: [...at, name]},
      tolerance: 1e-6,
      printed: 0.005
    }));
  });
}

const mean = (values: readonly number[]) => {
  const center = values.reduce((sum, one) => sum + one, 0) / values.length;
  return values.map((one) => one - center);
};
const total = (values: readonly number[]) => {
  const sum = values.reduce((all, one) => all + one, 0);
  return values.map((one) => one / sum);
};

/** The same once both are put on one scale, within 1e-6 or what was printed. */
function alike(scaled: (values: readonly number[]) => number[]) {
  return (ours: readonly number[], published: readonly number[]) => {
    const printed = 10 ** -Math.max(...published.map(decimals));
    const theirs = scaled(published);
    return (
      ours.length === theirs.length &&
      scaled(ours).every((one, i) => Math.abs(one - theirs[i]!) <= Math.max(1e-6, Math.min(0.005, printed)))
    );
  };
}

function vectorFiles(item: Item): string[] {
  return jsonFiles(item, (content) => casesIn(content, isCase).length > 0);
}
