import {describe, expect, it} from "vitest";
import {scanText} from "../../../src/data/privacy/index.js";
import {verhoeff} from "../../../src/data/privacy/recognizers/checkDigits.js";

const typesOf = (text: string, minScore?: number) =>
  scanText(text, minScore === undefined ? {} : {minScore}).map(({type}) => type);

/** Numbers that issuers print as examples, or worked out by hand from what they publish. */
const withCheckDigits: [type: string, text: string][] = [
  ["UK_NHS", "patient 943 476 5919"],
  ["CA_SIN", "SIN 130 692 544"],
  ["ES_NIF", "DNI 12345678Z"],
  ["ES_NIE", "NIE X1234567L"],
  ["IT_FISCAL_CODE", "codice fiscale RSSMRA85T10A562S"],
  ["IT_VAT_CODE", "partita IVA 00743110157"],
  ["FR_NIR", "NIR 2 55 08 14 168 025 38"],
  ["DE_TAX_ID", "Steuer-ID 86 095 742 719"],
  ["DE_SOCIAL_SECURITY", "15 070649 C 103"],
  ["DE_HEALTH_INSURANCE", "KVNR A123456780"],
  ["DE_PASSPORT", "Personalausweis T220001293"],
  ["DE_PASSPORT", "Reisepass C01X00T478"],
  ["PL_PESEL", "PESEL 44051401359"],
  ["BR_CPF", "CPF 529.982.247-25"],
  ["IN_AADHAAR", "Aadhaar 2341 2341 2346"],
  ["IN_GSTIN", "GSTIN 27AAPFU0939F1ZV"],
  ["NL_BSN", "BSN 111222333"],
  ["AU_ABN", "ABN 51 824 753 556"],
  ["AU_ACN", "ACN 004 085 616"],
  ["AU_TFN", "TFN 123 456 782"],
  ["SG_NRIC_FIN", "NRIC S1234567D"],
  ["SG_UEN", "UEN 196800306E"],
  ["FI_PERSONAL_IDENTITY_CODE", "131052-308T"],
  ["KR_BRN", "brn 120-81-47521"],
  ["TH_TNIN", "tnin 1-2345-67890-12-1"],
  ["SE_PERSONNUMMER", "personnummer 811228-9874"],
  ["SE_PERSONNUMMER", "19811228-9874"],
  ["SE_ORGANISATIONSNUMMER", "orgnr 556703-7485"],
  ["TR_NATIONAL_ID", "TC kimlik 10000000146"],
  ["NG_NIN", "NIN 12345678902"],
  ["US_NPI", "NPI 1234567893"],
  ["MEDICAL_LICENSE", "DEA AB1234563"],
  ["NO_FODSELSNUMMER", "fnr 13097248022"],
  ["NO_FODSELSNUMMER", "130972 48022"],
  ["ZA_ID_NUMBER", "identity number 8001015009087"],
  ["ZA_ID_NUMBER", "800101 5009 087"],
  ["MX_CURP", "HEGG560427MVZRRL04"],
  ["MX_RFC", "RFC GODE561231GR8"],
  ["CN_RESIDENT_ID", "11010519491231002X"],
  ["CN_RESIDENT_ID", "身份证440524188001010014"],
  ["IE_PPS", "PPS 1234567T"],
  ["IE_PPS", "ppsn 1234567FA"],
  ["PT_NIF", "contribuinte 123 456 789"],
  ["PT_CITIZEN_CARD", "000000000ZZ4"],
  ["ABA_ROUTING_NUMBER", "routing 021000021"]
];

/** The word, and the number that says nothing without it. */
const byWords: [type: string, word: string, number: string][] = [
  ["US_BANK_NUMBER", "account", "945456787654"],
  ["US_PASSPORT", "passport", "912803456"],
  ["US_DRIVER_LICENSE", "driver's license", "H12234567"],
  ["UK_PASSPORT", "passport", "PA1234567"],
  ["UK_POSTCODE", "postcode", "SW1A 1AA"],
  ["UK_POSTCODE", "postcode", "M1 1AA"],
  ["UK_POSTCODE", "postcode", "DN55 1PT"],
  ["UK_VEHICLE_REGISTRATION", "car", "AB12 CDE"],
  ["UK_VEHICLE_REGISTRATION", "car", "ABC 123D"],
  ["ES_PASSPORT", "pasaporte", "ABC123456"],
  ["IT_DRIVER_LICENSE", "patente", "U1H00A000B"],
  ["IT_PASSPORT", "passaporto", "YA1234567"],
  ["IT_IDENTITY_CARD", "carta", "CA00000AA"],
  ["IN_PASSPORT", "passport", "A2096457"],
  ["IN_VOTER", "voter", "ABC1234567"],
  ["KR_PASSPORT", "여권번호", "M123A4567"]
];

/** Shapes that few other things have. */
const byShape: [type: string, text: string][] = [
  ["UK_NINO", "AB-12-34-56-C"],
  ["UK_DRIVING_LICENCE", "MORGA657054SM9IJ"],
  ["UK_DRIVING_LICENCE", "FO999512097J99AB"],
  ["US_MBI", "1EG4-TE5-MK73"],
  ["IN_PAN", "AAPFU0939F"],
  ["IN_VEHICLE_REGISTRATION", "KA53ME3456"],
  ["IN_VEHICLE_REGISTRATION", "22BH6517A"]
];

describe("identity numbers", () => {
  it.each(withCheckDigits)("%s in %s, and not with another last digit or letter", (type, text) => {
    expect(typesOf(text)).toContain(type);
    const last = text.at(-1)!;
    const wrong = text.slice(0, -1) + (/\d/.test(last) ? (Number(last) + 1) % 10 : last === "Z" ? "A" : "Z");
    expect(typesOf(wrong, 0)).not.toContain(type);
    // Within a longer word or number it is none.
    expect(typesOf(`${text}7`, 0)).not.toContain(type);
  });

  it.each(byWords)("%s beside %s only: %s", (type, word, number) => {
    expect(typesOf(`${word}: ${number}.`)).toEqual([type]);
    expect(typesOf(`item ${number}.`)).not.toContain(type);
  });

  it.each(byShape)("%s by its shape: %s", (type, text) =>
    expect(typesOf(`see ${text}, please`)).toEqual([type])
  );

  it("Australia's Medicare cards, whose check digit is the last but one", () => {
    expect(typesOf("2123 45670 1")).toContain("AU_MEDICARE");
    expect(typesOf("2123 45671 1", 0)).not.toContain("AU_MEDICARE");
  });

  it("Korea's numbers with a date that exists; those given out since October 2020 have no check digit", () => {
    // 9·2+6·3+0·4+1·5+2·6+1·7+1·8+2·9+3·2+4·3+5·4+6·5 = 154 = 14·11; (11 − 0) mod 10 = 1
    expect(typesOf("960121-1234561")).toEqual(["KR_RRN"]);
    expect(typesOf("960121-1234562")).not.toContain("KR_RRN");
    expect(typesOf("주민등록번호 960121-1234562")).toContain("KR_RRN");
    expect(typesOf("주민등록번호 961321-1234561", 0)).not.toContain("KR_RRN");
    // A foreigner's: a 5 in place of the 1 that counts 8 times, so 154 + 32 = 186 = 16·11 + 10; (13 − 10) mod 10 = 3
    expect(typesOf("960121-5234563")).toEqual(["KR_RRN"]);
  });

  it("none of one digit alone, and none in a date that cannot be", () => {
    for (const text of ["TFN 000 000 000", "BSN 000000000", "CPF 111.111.111-11", "NHS 111 111 1111"])
      expect(typesOf(text, 0).filter((type) => /^(AU_|NL_|BR_|UK_NHS)/.test(type))).toEqual([]);
    for (const text of ["personnummer 811328-9873", "hetu 311152-308T"])
      expect(typesOf(text, 0).filter((type) => /^(SE_P|FI_)/.test(type))).toEqual([]);
  });

  it("none in what looks alike: times, barcodes, dates that cannot be, letters that no issuer gives", () => {
    const types = /^(NO_|ZA_|MX_|CN_|IE_|PT_)/;
    for (const text of [
      "id 1612108800000",
      "id 9780306406157",
      "id 8013015009081",
      "fnr 33139955131",
      "fnr 00000000000",
      "HEGG561327MVZRRL04",
      "AAAA560427MVZRRLA5",
      "11010519491331002X",
      "resident 110105194912310022",
      "pps 1234567B",
      "nif 412345678",
      "order 123456789"
    ])
      expect(
        typesOf(text).filter((type) => types.test(type)),
        text
      ).toEqual([]);
    for (const text of ["ref 1234567T", "code 1234567FA"])
      expect(typesOf(text), text).not.toContain("IE_PPS");
  });

  it("Verhoeff's check digit of 236 is 3 and of 12345 is 1", () => {
    expect(["2363", "123451", "2364", "123541"].map(verhoeff)).toEqual([true, true, false, false]);
  });
});
