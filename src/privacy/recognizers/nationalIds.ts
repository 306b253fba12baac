import {type Finding, type Recognizer} from "../finding.js";
import {luhn} from "../luhn.js";
import {
  brazilianCpf,
  dutchBsn,
  frenchNir,
  germanTaxId,
  italianFiscalCode,
  polishPesel,
  spanishNif,
  verhoeff
} from "../nationalChecks.js";
import {standsAlone} from "../wordBoundary.js";

interface NationalId {
  type: string;
  /** Matched where a run of digits starts, `lead` characters earlier. */
  shape: RegExp;
  lead?: number;
  /** Lengths that the first run of digits can have; any unless given. */
  runs?: readonly number[];
  /** Of the match without its separators, in upper case. */
  fits: (characters: string) => boolean;
  /** What shape and check together are worth: one check digit fits one time in ten by chance. */
  score: number;
  context: readonly string[];
}

const ids: readonly NationalId[] = [
  {
    type: "CA_SIN",
    runs: [3, 9],
    shape: /[1-79]\d{2}([ -]?)\d{3}\1\d{3}/y,
    fits: luhn,
    score: 0.25,
    context: ["sin", "social", "insurance", "canada", "canadian", "nas"]
  },
  {
    type: "ES_NIF",
    runs: [8],
    shape: /\d{8}[- ]?[A-Z]/iy,
    fits: spanishNif,
    score: 0.5,
    context: ["nif", "dni", "documento", "identidad"]
  },
  {
    type: "ES_NIE",
    runs: [7],
    shape: /[XYZ][- ]?\d{7}[- ]?[A-Z]/iy,
    lead: 1,
    fits: spanishNif,
    score: 0.5,
    context: ["nie", "extranjero", "identificación"]
  },
  {
    type: "IT_FISCAL_CODE",
    runs: [2],
    shape: /[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]/iy,
    lead: 6,
    fits: italianFiscalCode,
    score: 0.9,
    context: ["codice", "fiscale", "cf"]
  },
  {
    type: "FR_NIR",
    shape: /[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}/iy,
    fits: frenchNir,
    score: 0.7,
    context: ["nir", "sécurité", "sociale", "insee"]
  },
  {
    type: "DE_TAX_ID",
    runs: [2, 5, 8, 11],
    shape: /[1-9]\d ?\d{3} ?\d{3} ?\d{3}/y,
    fits: germanTaxId,
    score: 0.25,
    context: ["steuer", "steuerid", "idnr", "steueridentifikationsnummer", "identifikationsnummer"]
  },
  {type: "PL_PESEL", runs: [11], shape: /\d{11}/y, fits: polishPesel, score: 0.25, context: ["pesel"]},
  {
    type: "BR_CPF",
    runs: [3, 11],
    shape: /\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}/y,
    fits: brazilianCpf,
    score: 0.28,
    context: ["cpf", "contribuinte"]
  },
  {
    type: "IN_AADHAAR",
    runs: [4, 12],
    shape: /[2-9]\d{3}([ -]?)\d{4}\1\d{4}/y,
    fits: verhoeff,
    score: 0.25,
    context: ["aadhaar", "aadhar", "uidai"]
  },
  {
    type: "NL_BSN",
    runs: [9],
    shape: /\d{9}/y,
    fits: dutchBsn,
    score: 0.1,
    context: ["bsn", "burgerservicenummer", "sofinummer"]
  }
];

/** Identity and tax numbers of other countries, each with its check digits; most need a word nearby. */
export const nationalIds: readonly Recognizer[] = ids.map((id) => {
  const name = id.type.toLowerCase().replaceAll("_", "-");
  return {
    type: id.type,
    name,
    layer: "patterns",
    context: id.context,
    find(text, {marks}) {
      const findings: Finding[] = [];
      for (let index = 0; index < marks.digits.length; index += 2) {
        if (id.runs && !id.runs.includes(marks.digits[index + 1]! - marks.digits[index]!)) continue;
        const start = startOf(text, marks.digits[index]!, id.lead ?? 0);
        if (start < 0) continue;
        id.shape.lastIndex = start;
        const match = id.shape.exec(text);
        if (!match) continue;
        const end = start + match[0].length;
        if (!standsAlone(text, start, end) || !id.fits(match[0].replace(/[^0-9A-Z]/gi, "").toUpperCase()))
          continue;
        // Punctuation that only this number is written with says as much as the check digits.
        const score = id.type === "BR_CPF" && match[0].includes(".") ? 0.7 : id.score;
        findings.push({type: id.type, start, end, score, rule: `${name}/check-digits`});
      }
      return findings;
    }
  };
});

function startOf(text: string, digits: number, lead: number): number {
  return digits - lead - (lead === 1 && /[- ]/.test(text.charAt(digits - 1)) ? 1 : 0);
}
