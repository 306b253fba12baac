import {describe, expect, it} from "vitest";
import {allRecognizers, scanText} from "../../../src/data/privacy/index.js";

const named = (text: string, type: string) =>
  scanText(text, {layers: ["names"], withText: true})
    .filter((finding) => finding.type === type)
    .map((finding) => finding.text);
const cueOf = (text: string) =>
  scanText(text, {
    recognizers: allRecognizers.filter(({name}) => /^(?:person|place)-cue$/.test(name)),
    withText: true
  }).map(({type, text: words, rule}) => `${type} ${words} ${rule}`);

describe("names that the language library takes from a text", () => {
  it("are no attributes of accessibility, and still people of that name", () => {
    expect(named("Fix aria-labelledBy and Aria-Describedby of the menu", "PERSON")).toEqual([]);
    expect(named("Aria-Marie Smith wrote to us", "PERSON")).toEqual(["Aria-Marie Smith"]);
  });
});

describe("people whom English announces", () => {
  it.each([
    ["I spoke to Mrs. Oyelaran-Quist about it.", "PERSON Oyelaran-Quist person-cue/title"],
    ["My name is Tuyen Nguyễn, from sales", "PERSON Tuyen Nguyễn person-cue/name-is"],
    ["What is your last name? Zwart", "PERSON Zwart person-cue/name-is"],
    ["Her maiden name was van Dyck", undefined],
    ["Please remove my son Birk from the plan", "PERSON Birk person-cue/kin"],
    ["Send it to Ludmila's address", "PERSON Ludmila person-cue/owner"],
    ["“Never”, said Hroswitha", "PERSON Hroswitha person-cue/speaker"],
    ["Dear Ngozi,\nthank you", "PERSON Ngozi person-cue/greeting"],
    ["See you.\n\nKind regards,\nÁsa de la Fuente\n", "PERSON Ása de la Fuente person-cue/signature"],
    ["She grew up in Bad Tölz", "LOCATION Bad Tölz place-cue/verb"],
    ["We moved here from Zeewolde last year", "LOCATION Zeewolde place-cue/verb"]
  ])("%s", (text, expected) => {
    expect(cueOf(text)).toEqual(expected === undefined ? [] : [expected]);
  });

  it.each([
    "Dear All, dear Customer,",
    "Dear Customer,\nyour order is here",
    "The file name is Report",
    "File name: Invoice",
    "He was born in May",
    "This is the company's address",
    "Best regards,\nThe Team",
    "my son is here"
  ])("are not %s", (text) => expect(cueOf(text)).toEqual([]));

  it("have the family name behind a given name that the library knows", () => {
    expect(named("Taylor Barabás\nAreavibes Inc", "PERSON")).toEqual(["Taylor Barabás"]);
    expect(named("the verses from Melissa Kristoffersen's Cautionary Tales", "PERSON")).toEqual([
      "Melissa Kristoffersen"
    ]);
    expect(named("A letter by Melissa in May.", "PERSON")).toEqual(["Melissa"]);
  });

  it("end before an address or what stands for one", () => {
    for (const address of ["steve.burt@example.org", "<EMAIL_ADDRESS>", "EMAIL_ADDRESS:jackfrankmarksen"])
      expect(named(`From: Steve Burt <${address}>\n`, "PERSON")).toEqual(["Steve Burt"]);
  });

  it("are not found in what stands for something that was replaced", () => {
    for (const text of [
      "Call <PERSON> or <US_SSN>",
      "Ask <PERSON:kqhsnefjabcdrmgp> in <LOCATION:abcdefghjkmnpqrs>"
    ])
      expect(named(text, "PERSON").concat(named(text, "LOCATION"))).toEqual([]);
  });
});

describe("phone numbers that no country has given out", () => {
  const found = (text: string) =>
    scanText(text, {withText: true})
      .filter(({type}) => type === "PHONE_NUMBER")
      .map(({text: words, rule}) => `${words} ${rule.split("-")[0]}`);

  it("are found where they are announced or dialled with a plus, and nowhere else", () => {
    expect(found("Fax: 001-420-335-7509")).toEqual(["001-420-335-7509 phone/possible"]);
    expect(found("or +1-944-435-4352 at night")).toEqual(["+1-944-435-4352 phone/possible"]);
    expect(found("Fax: 111-222-3333")).toEqual(["111-222-3333 phone/possible"]);
    expect(found("pages 111-222-3333 and so on")).toEqual([]);
    expect(found("call about order 1112223333")).toEqual([]);
    expect(found("call room 944-43")).toEqual([]);
  });
});
