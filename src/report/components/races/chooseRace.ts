import {splitText} from "../../../evals/decisions/points.js";
import type {RacesData, RaceView} from "../../site/types.js";
import {fromAddress} from "../address/address.js";
import {code, emptyState} from "../text/elements.js";
import {percentText, time} from "../text/format.js";
import {form, type Input, select} from "../inputs/inputs.js";
import {unmetRun} from "../address/runOfAddress.js";

/** Lets a reader choose a race, that of the address's run or the newest; without one it says what a race is and how to run one. */
export function chooseRace(data: RacesData): Input<RaceView | null> {
  const run = fromAddress("run");
  const selected = (race: RaceView | null) => race !== null && race.rounds.some((round) => round.run === run);
  if (data.races.length > 0)
    return select(
      data.races.map((race) => ({
        label: `${race.title}, ${splitText(race.split)}, ${time(race.startedAt)}`,
        id: race.id,
        value: race as RaceView | null
      })),
      {
        label: "Race",
        key: "race",
        selected,
        unmet: unmetRun(data.races.some(selected))
      }
    );
  const node = emptyState(
    "No eval has been raced yet.",
    [
      "Run one with ",
      code("npx assay run EVAL --race"),
      ". It asks all candidates about the same rows in growing rounds, drops who is worse beyond doubt after each, and ends when the decision is made: a clear winner is often found with a small share of the calls."
    ],
    [
      "With ",
      code("--budget-calls N"),
      " or ",
      code("--budget-usd X"),
      " it makes the best choice that a budget buys. What is in the store already is not paid for again."
    ]
  );
  return Object.assign(node, {value: null});
}

/** What a reader may change about a race before it is run again in the page. */
export interface RaceChange {
  errorRate?: number;
  margin?: number;
}

const ERROR_RATES = [0.01, 0.05, 0.1, 0.2];
const MARGINS = [0.005, 0.01, 0.02, 0.05, 0.1];

/** The settings that a race was run with, and others; a race for a budget has none to change. Null without a race. */
export function chooseRaceSettings(race: RaceView | null): Input<RaceChange | null> {
  if (!race) return Object.assign(document.createElement("div"), {value: null});
  const {errorRate, margin} = race.settings;
  if (errorRate === undefined || !race.replayable)
    return Object.assign(document.createElement("div"), {value: {} as RaceChange});
  const choices = (stated: number, others: readonly number[], write: (value: number) => string) =>
    [...new Set([stated, ...others])]
      .sort((a, b) => a - b)
      .map((value) => ({label: value === stated ? `${write(value)} (as it was run)` : write(value), value}));
  return form<Required<RaceChange>>(
    {
      errorRate: select(choices(errorRate, ERROR_RATES, percentText), {
        label: "Error rate",
        key: "error-rate",
        selected: (value) => value === errorRate
      }),
      margin: select(
        choices(margin, MARGINS, (value) => `${(100 * value).toFixed(1)} points`),
        {label: "Margin", key: "margin", selected: (value) => value === margin}
      )
    },
    "Settings of the race"
  );
}
