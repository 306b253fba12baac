/** First digits, from and to (of the same number of digits), and the lengths cards of them have. */
type IssuerRange = readonly [from: string, to: string, lengths: readonly number[]];

const upTo19 = [16, 17, 18, 19];
const maestro = [12, 13, 14, 15, 16, 17, 18, 19];

/**
 * Issuer identification numbers by scheme (ISO/IEC 7812-1), as the schemes and Wikipedia's "Payment card number" publish
 * them in 2024; where two lists differ, the wider. Order does not matter: a card is issued when any range says so.
 */
const ranges: readonly IssuerRange[] = [
  // Visa, Dankort and Electron among it.
  ["4", "4", [13, 16, 19]],
  // Mastercard.
  ["51", "55", [16]],
  ["2221", "2720", [16]],
  // American Express.
  ["34", "34", [15]],
  ["37", "37", [15]],
  // Diners Club.
  ["300", "305", [14, 15, 16, 17, 18, 19]],
  ["3095", "3095", [14, 15, 16, 17, 18, 19]],
  ["36", "36", [14, 15, 16, 17, 18, 19]],
  ["38", "39", [14, 15, 16, 17, 18, 19]],
  // JCB, its old fifteen digits, and those it shares with RuPay.
  ["2131", "2131", [15]],
  ["1800", "1800", [15]],
  ["35", "35", upTo19],
  // Mir and BORICA.
  ["2200", "2204", upTo19],
  ["2205", "2205", [16]],
  // Maestro and what lies in its ranges: Verve (506, 507, 650), RuPay (508, 60, 65), Dankort (5019), Elo, Hipercard.
  ["50", "50", maestro],
  ["56", "58", maestro],
  // Discover, UnionPay (62), Troy and RuPay (65), Laser, Switch, Solo, InstaPayment and InterPayment among it.
  ["6", "6", maestro],
  ["0604", "0604", maestro],
  // UnionPay's 81 and RuPay's 81 and 82.
  ["81", "81", upTo19],
  ["82", "82", [16]],
  // China T-Union, UzCard, Humo, Napas, Troy.
  ["31", "31", [19]],
  ["8600", "8600", [16]],
  ["9860", "9860", [16]],
  ["9704", "9704", [16, 19]],
  ["9792", "9792", [16]],
  // UATP, GPN (1946) among it by another length.
  ["1", "1", [15]],
  ["1946", "1946", [16, 18, 19]]
];

/** Beginnings that Maestro's scheme itself names: the only ones sure enough for 12 and 13 digits. */
const MAESTRO = /^(?:5018|5020|5038|5893|6304|6759|6761|6762|6763|0604|6767)/;

/** Whether an issuer gives out cards of this length with this beginning. */
export function isIssued(digits: string): boolean {
  return ranges.some(([from, to, lengths]) => {
    const head = digits.slice(0, from.length);
    return head >= from && head <= to && lengths.includes(digits.length);
  });
}

/** Whether the beginning says much: short numbers of Maestro's wide ranges fit one check digit by chance. */
export function isSurelyIssued(digits: string): boolean {
  return digits.length >= 14 || digits.startsWith("4") || MAESTRO.test(digits);
}
