import {luhn} from "../../luhn.js";
import {nationalId} from "./nationalId.js";

/** Sweden's number of an organisation: ten digits of which the third is 2 or more, Luhn. */
export const seOrganisationsnummer = nationalId({
  type: "SE_ORGANISATIONSNUMMER",
  runs: [6, 10],
  shape: /[1-9]\d[2-9]\d{3}-?\d{4}/y,
  fits: luhn,
  score: (spelled) => (spelled.includes("-") ? 0.25 : 0.1),
  context: ["organisationsnummer", "orgnr", "org"]
});
