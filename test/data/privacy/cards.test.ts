import {describe, expect, it} from "vitest";
import {allRecognizers, scanText} from "../../../src/data/privacy/index.js";
import {luhn} from "../../../src/data/privacy/recognizers/checkDigits.js";

const only = (name: string) => allRecognizers.filter((one) => one.name === name);
const card = (text: string) =>
  scanText(text, {recognizers: only("credit-card"), withText: true}).map(({text: found}) => found);

/** The number with its check digit put right. */
function issued(beginning: string, length: number): string {
  const head = beginning.padEnd(length - 1, "0");
  return [..."0123456789"].map((digit) => head + digit).find(luhn)!;
}

describe("payment cards", () => {
  // Issuer identification numbers and lengths: Wikipedia, "Payment card number", read 2024; Visa, Mastercard and UnionPay as
  // the networks' own BIN tables have them.
  it.each([
    ["Maestro", "5018", 12],
    ["Maestro", "5893", 13],
    ["Maestro", "6304", 12],
    ["Maestro", "6759", 12],
    ["Maestro", "676770", 12],
    ["Maestro", "6763", 19],
    ["Maestro", "0604", 12],
    ["JCB of fifteen digits", "2131", 15],
    ["JCB of fifteen digits", "1800", 15],
    ["JCB", "3528", 19],
    ["Mir", "2200", 16],
    ["Mir", "2204", 19],
    ["BORICA", "2205", 16],
    ["Mastercard", "2221", 16],
    ["Mastercard", "272099", 16],
    ["RuPay", "508500", 16],
    ["RuPay", "606985", 16],
    ["RuPay", "817200", 16],
    ["RuPay", "820000", 16],
    ["RuPay and JCB", "353800", 16],
    ["UnionPay", "62", 17],
    ["UnionPay", "8171", 16],
    ["UnionPay", "810000", 19],
    ["China T-Union", "31", 19],
    ["Troy", "979200", 16],
    ["Troy", "650082", 16],
    ["Verve", "506099", 16],
    ["Verve", "507865", 18],
    ["Verve", "650002", 19],
    ["UzCard", "8600", 16],
    ["Humo", "9860", 16],
    ["Napas", "9704", 19],
    ["Diners Club", "3095", 14],
    ["InstaPayment", "637", 16],
    ["Dankort", "5019", 16],
    ["UATP", "1", 15]
  ])("of %s begin with %s and have %i digits", (_, beginning, length) => {
    const digits = issued(beginning, length);
    expect(card(`paid with ${digits}.`)).toEqual([digits]);
    const wrong = digits.slice(0, -1) + String((Number(digits.at(-1)) + 1) % 10);
    expect(card(`paid with ${wrong}.`)).toEqual([]);
  });

  // Numbers that Stripe, Adyen and PayPal publish for tests.
  it.each([
    "4242 4242 4242 4242",
    "4242\u00a04242\u00a04242\u00a04242",
    "4242\u202f4242\u202f4242\u202f4242",
    "4242\u20114242\u20114242\u20114242",
    "4242–4242–4242–4242",
    "4242.4242.4242.4242",
    "4242 - 4242 - 4242 - 4242",
    "4242  4242  4242  4242",
    "4242\t4242\t4242\t4242",
    "3782\t822463\t10005",
    "4242_4242_4242_4242",
    "3782 822463 10005",
    "3056 9309 0259 04",
    "6205 5000 0000 0000 004",
    "621094 0000000000002",
    "6771 7980 2100 0008",
    "6759 6498 2643 8453",
    "5018 0000 0009"
  ])("are read over what stands between their groups: %s", (text) => {
    const digits = text.replace(/\D/g, "");
    if (!luhn(digits)) throw new Error(`not a valid example: ${text}`);
    expect(card(`card ${text}, exp 12/30`)).toEqual([text]);
  });

  it("of twelve or thirteen digits are sure only with a beginning that Maestro names, and never a part of a longer number", () => {
    const wide = issued("6900", 12);
    const score = (text: string) =>
      scanText(text, {recognizers: only("credit-card")}).map((finding) => finding.score);
    expect(score(`order ${wide}`)).toEqual([0.4]);
    expect(score(`maestro ${wide}`)).toEqual([0.75]);
    expect(score(`order ${issued("6900", 13)}`)).toEqual([0.4]);
    // Between tabs they may be a table's.
    expect(score("order 4242\t4242\t4242\t4242")).toEqual([0.4]);
    expect(score(`order ${issued("6900", 14)}`)).toEqual([1]);
    expect(score(`order ${issued("5018", 12)}`)).toEqual([1]);
    const inFours = issued("6900", 12).replace(/(\d{4})(?=\d)/g, "$1 ");
    expect(card(`${inFours} 1234`)).toEqual([]);
    expect(card(`1234 ${inFours}`)).toEqual([]);
  });

  it("are nothing in a table of numbers of four digits", () => {
    expect(card("id\t4242\t4242\t4242\t4242\t12/30")).toEqual(["4242\t4242\t4242\t4242"]);
    expect(card("id\t4242\t4242\t4242\t4242\t1999")).toEqual([]);
    expect(card("1999\t4242\t4242\t4242\t4242")).toEqual([]);
  });

  it("are nothing of an unissued beginning", () => {
    for (const [beginning, length] of [
      ["9999", 16],
      ["70", 16],
      ["2199", 16],
      ["2206", 16],
      ["2721", 16],
      ["40", 15],
      ["51", 19]
    ] as const)
      expect(card(`see ${issued(beginning, length)}`)).toEqual([]);
  });
});

describe("account numbers in small letters", () => {
  const score = (text: string) => scanText(text, {recognizers: only("iban")}).map((one) => one.score);

  it("are found, less surely than in capitals, and surer beside a word", () => {
    expect(score("see GB82 WEST 1234 5698 7654 32")).toEqual([1]);
    expect(score("see gb82 west 1234 5698 7654 32")).toEqual([0.6]);
    expect(score("iban gb82west12345698765432")).toEqual([0.95]);
    expect(score("see de89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000")).toEqual([0.6]);
    expect(score("see gb83 west 1234 5698 7654 32")).toEqual([]);
  });
});

describe("passwords told in a sentence", () => {
  const told = (text: string) =>
    scanText(text, {recognizers: only("spoken-password"), withText: true}).map((one) => one.text);

  it.each([
    ["my password is hunter2", "hunter2"],
    ["My password is: Tr0ub4dor&3.", "Tr0ub4dor&3"],
    ["the password for the staging server is now s3cret!pass", "s3cret!pass"],
    ["Our Wi-Fi password was “correcthorse”, thanks", "correcthorse"],
    ["my password is swordfish.", "swordfish"],
    ["Mein Passwort ist Sommer2024!", "Sommer2024"],
    ["mon mot de passe est azerty123", "azerty123"],
    ["mi contraseña es MiPerro99", "MiPerro99"],
    ["my PIN is 4821 and it fails", "4821"],
    ["the passcode is 118822", "118822"],
    ["I changed my password to BlueTiger now", "BlueTiger"]
  ])("%s", (text, password) => expect(told(text)).toEqual([password]));

  it.each([
    "my password is incorrect",
    "My password is not working",
    "the password is required",
    "your password is expired, reset it",
    "my password was rejected twice",
    "password is case sensitive",
    "I forgot my password to access the account",
    "my PIN is blocked",
    "mein Passwort ist falsch",
    "the passing score is 70",
    "my passport is valid until 2030"
  ])("nothing in: %s", (text) => expect(told(text)).toEqual([]));
});
