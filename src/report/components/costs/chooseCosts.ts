import {html} from "htl";
import {type CostAdjustment, type CostSettings, DEFAULT_VOLUME} from "../../../base/costs/index.js";
import type {CostsData} from "../../site/costTypes.js";
import {countText, percentText} from "../text/format.js";
import {form, type Input, slider} from "../inputs/inputs.js";

export type ChosenCosts = CostSettings & CostAdjustment;

const VOLUMES = Array.from({length: 7}, (_, i) => [1, 2, 5].map((n) => n * 10 ** (i + 2))).flat();
const STEPS_OF_TEN = 3;
const FACTORS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 3, 5];

/** Sliders for volume, load and prices. Null without a run. */
export function chooseCosts(data: CostsData | null): Input<ChosenCosts | null> {
  if (!data) return Object.assign(document.createElement("div"), {value: null});
  const factor = (label: string, key: string) =>
    slider({
      label,
      key,
      min: 0,
      max: FACTORS.length - 1,
      value: FACTORS.indexOf(1),
      write: (i) => (FACTORS[i] === 1 ? "as stated" : `× ${FACTORS[i]}`)
    });
  const volume = slider({
    label: "Requests a month",
    key: "volume",
    min: 0,
    max: VOLUMES.length - 1,
    value: VOLUMES.indexOf(DEFAULT_VOLUME),
    write: (i) => countText(VOLUMES[i])
  });
  const inputs = form(
    {
      volume,
      load: slider({
        label: "Utilisation",
        key: "utilisation",
        min: 0,
        max: 20,
        value: 0,
        write: (i) => (i === 0 ? "as stated" : percentText(i / 20))
      }),
      tokens: factor("Token prices", "token-prices"),
      machines: factor("Machine prices", "machine-prices")
    },
    "Volume, load and prices"
  );
  const tenfold = html`<button type="button">Ten times the volume</button>`;
  tenfold.addEventListener("click", () => {
    const range = volume.querySelector("input")!;
    range.value = String(volume.value + STEPS_OF_TEN);
    range.dispatchEvent(new Event("input", {bubbles: true}));
  });
  const node = html`<div>${inputs} ${tenfold}</div>`;
  return Object.defineProperty(node, "value", {
    get: (): ChosenCosts => {
      const {volume, load, tokens, machines} = inputs.value;
      return {
        requestsPerMonth: VOLUMES[volume]!,
        utilisation: load === 0 ? undefined : load / 20,
        tokenPriceFactor: FACTORS[tokens],
        machinePriceFactor: FACTORS[machines]
      };
    }
  }) as Input<ChosenCosts | null>;
}
