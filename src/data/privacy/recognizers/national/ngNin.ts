import {nationalId} from "./nationalId.js";
import {verhoeff} from "./verhoeff.js";

/** Nigeria's number of a person: eleven digits, Verhoeff. */
export const ngNin = nationalId({
  type: "NG_NIN",
  runs: [11],
  shape: /\d{11}/y,
  fits: verhoeff,
  score: 0.2,
  context: ["nin", "nimc", "nigeria", "nigerian", "national"]
});
