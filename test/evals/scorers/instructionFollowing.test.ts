import {beforeAll, describe, expect, it} from "vitest";
import {instructionFollowing} from "../../../src/evals/scorers/index.js";
import {instructionChecks} from "../../../src/evals/scorers/instructions/index.js";
import {loadDetector} from "../../../src/evals/scorers/instructions/language.js";
import {loadProfiles, publishedLanguage} from "../../../src/evals/scorers/instructions/publishedLanguage.js";
import {countSentences} from "../../../src/evals/scorers/instructions/sentences.js";
import {countWords, treebankWords} from "../../../src/evals/scorers/instructions/words.js";
import {corpusOf} from "./corpusOf.js";
import {score, scoreInput} from "./score.js";

beforeAll(() => Promise.all([loadDetector(), loadProfiles()]));

/** For each instruction: arguments, responses that follow it, responses that do not. */
const cases: [id: string, given: Record<string, unknown>, yes: string[], no: string[]][] = [
  ["keywords:existence", {keywords: ["Mom", "a.b"]}, ["moms say A.B"], ["mom says axb", "a.b"]],
  ["keywords:frequency", {keyword: "war", frequency: 2, relation: "at least"}, ["War and warm"], ["war"]],
  [
    "keywords:frequency",
    {keyword: "war", frequency: 2, relation: "less than"},
    ["war", "peace"],
    ["war WAR"]
  ],
  [
    "keywords:forbidden_words",
    {forbidden_words: ["rock", "über"]},
    ["rocks rocket übermut"],
    ["a Rock!", "Über."]
  ],
  [
    "keywords:letter_frequency",
    {letter: "T", let_frequency: 2, let_relation: "at least"},
    ["tTx"],
    ["t", "x"]
  ],
  [
    "keywords:letter_frequency",
    {letter: "#", let_frequency: 2, let_relation: "less than"},
    ["# one"],
    ["# ##"]
  ],
  [
    "language:response_language",
    {language: "de"},
    ["Das ist ein ganz gewöhnlicher deutscher Satz.", "123", "Ja, gern."],
    ["This is an ordinary English sentence.", "はい。"]
  ],
  [
    "language:response_language",
    {language: "ne"},
    ["काठमाडौंबाट बिराटनगर जानुहोस् र होटलमा विश्राम गर्नुहोस्।", "सबै मानिसहरू जन्मजात स्वतन्त्र छन् र समान अधिकार पाउँछन्"],
    ["यह एक साधारण हिंदी वाक्य है और इसका अर्थ सरल है"]
  ],
  [
    "language:response_language",
    {language: "hi"},
    ["यह एक साधारण हिंदी वाक्य है और इसका अर्थ सरल है"],
    ["हे मराठी भाषेतील एक साधे वाक्य आहे आणि ते सोपे आहे"]
  ],
  [
    "language:response_language",
    {language: "sw"},
    // The second is article 1 of the Universal Declaration of Human Rights.
    [
      "Habari ya leo ni nzuri sana kwa watu wa Tanzania na Kenya",
      "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri"
    ],
    ["Ang bahay ay malaki at maganda ang hardin nito"]
  ],
  [
    "length_constraints:number_words",
    {num_words: 3, relation: "at least"},
    ["one two-three", "ein zwei drei"],
    ["one two", "..."]
  ],
  ["length_constraints:number_words", {num_words: 3, relation: "less than"}, ["one two"], ["one two three"]],
  [
    "length_constraints:number_sentences",
    {num_sentences: 2, relation: "at least"},
    ["One. Two"],
    ["Mr. Smith went", "one"]
  ],
  [
    "length_constraints:number_paragraphs",
    {num_paragraphs: 2},
    ["a\n***\nb", "***\na\n***\nb\n***"],
    ["a", "a *** b *** c", "a\n***\n\n***\nb"]
  ],
  [
    "length_constraints:nth_paragraph_first_word",
    {num_paragraphs: 2, nth_paragraph: 2, first_word: "Hello"},
    ['x\n\n"hello, you', "x\n\n'Hello' you"],
    ["hello\n\nx", "x\n\nhellos", "x\n\nhello\n\ny", "hello"]
  ],
  [
    "detectable_content:number_placeholders",
    {num_placeholders: 2},
    ["[a] [b]", "[a][b] [c]"],
    ["[a]", "[a\n] [b]"]
  ],
  [
    "detectable_content:postscript",
    {postscript_marker: "P.P.S"},
    ["x\np. p. s yes", "P.P.S"],
    ["P.S. x", "PPS"]
  ],
  ["detectable_content:postscript", {postscript_marker: "P.S."}, ["x P.S. y"], ["P.S y", "PS."]],
  ["detectable_content:postscript", {postscript_marker: "PS:"}, ["x ps: y"], ["ps y"]],
  [
    "detectable_format:constrained_response",
    {},
    ["Well. My answer is no."],
    ["my answer is no.", "My answer is"]
  ],
  [
    "detectable_format:number_bullet_lists",
    {num_bullets: 2},
    ["* a\n* b", "- a\n  - b\ntext"],
    ["* a", "* a\n** b", "* a\n- b\n* c"]
  ],
  [
    "detectable_format:number_highlighted_sections",
    {num_highlights: 2},
    ["*a* and *b*", "**a** *b*"],
    ["*a*", "**a**", "*a\nb* *c*"]
  ],
  [
    "detectable_format:multiple_sections",
    {section_spliter: "SECTION", num_sections: 2},
    ["SECTION 1 x SECTION 2 y", "SECTION1\nSECTION2"],
    ["SECTION 1 x", "Section 1 Section 2"]
  ],
  [
    "detectable_format:json_format",
    {},
    ['```json\n{"a": 1}\n```', "[1]", "3"],
    ["{a: 1}", 'Here: {"a": 1}', ""]
  ],
  ["detectable_format:title", {}, ["<<poem of joy>>\ntext", "a <<<b>>>"], ["<< >>", "<<a\nb>>", "<a>"]],
  ["combination:repeat_prompt", {prompt_to_repeat: "Say Hi. "}, [" say hi. Hi"], ["Hi. Say hi."]],
  [
    "combination:two_responses",
    {},
    ["a******b", "******a******b"],
    ["a", "a******a", "a******b******c", "a************b"]
  ],
  [
    "startend:end_checker",
    {end_phrase: "Any Questions?"},
    ['"So, any questions?"', "any questions? "],
    ["Any questions? Yes"]
  ],
  ["startend:quotation", {}, ['"a"', ' "a\nb" ', '""'], ['"', "'a'", 'x "a"']],
  [
    "change_case:english_capital",
    {},
    // Of a word, a name or a number it cannot be told: followed, as where the published program's detector gives up.
    ["THIS IS AN ORDINARY SENTENCE, 100% IN CAPITALS.", "YES", "ANGELA MERKEL", "OK, DONE."],
    ["THIS is no capital sentence", "123", "DAS IST EIN GANZ GEWÖHNLICHER DEUTSCHER SATZ"]
  ],
  [
    "change_case:english_lowercase",
    {},
    ["this is an ordinary sentence in small letters.", "yes.", "angela merkel"],
    ["This is an ordinary sentence", "das ist ein ganz gewöhnlicher satz"]
  ],
  [
    "change_case:capital_word_frequency",
    {capital_frequency: 3, capital_relation: "at least"},
    ["NASA sent a PROBE, OK?", "I'M OK"],
    ["NASA Sent OK", ""]
  ],
  [
    "change_case:capital_word_frequency",
    {capital_frequency: 1, capital_relation: "less than"},
    ["none here"],
    ["A cat"]
  ],
  ["punctuation:no_comma", {}, ["none; here"], ["one, here"]]
];

describe("instruction checks", () => {
  for (const [id, given, yes, no] of cases) {
    it(`${id} ${JSON.stringify(given)}`, () => {
      const check = instructionChecks[id]!;
      expect(yes.map((text) => check(text, given, {compatible: false, whole: text}))).toEqual(
        yes.map(() => true)
      );
      expect(no.map((text) => check(text, given, {compatible: false, whole: text}))).toEqual(
        no.map(() => false)
      );
    });
  }
  it("are the 25 of IFEval, each with a case here", () => {
    expect(Object.keys(instructionChecks)).toHaveLength(25);
    expect(new Set(cases.map(([id]) => id))).toEqual(new Set(Object.keys(instructionChecks)));
  });
});

describe("languages that IFEval asks for", () => {
  // Article 1 of the Universal Declaration of Human Rights, as the United Nations publish it.
  const articles: Record<string, string> = {
    bn: "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে",
    de: "Alle Menschen sind frei und gleich an Würde und Rechten geboren",
    en: "All human beings are born free and equal in dignity and rights",
    fi: "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan",
    gu: "પ્રતિષ્ઠા અને અધિકારોની દૃષ્ટિએ સર્વ માનવો જન્મથી સ્વતંત્ર અને સમાન હોય છે",
    hi: "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है",
    it: "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti",
    kn: "ಎಲ್ಲಾ ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ ಜನಿಸಿದ್ದಾರೆ ಹಾಗೂ ಘನತೆ ಮತ್ತು ಹಕ್ಕುಗಳಲ್ಲಿ ಸಮಾನರಾಗಿದ್ದಾರೆ",
    ko: "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다",
    mr: "सर्व मानवी व्यक्ति जन्मतःच स्वतंत्र आहेत व त्यांना समान प्रतिष्ठा व समान अधिकार आहेत",
    ne: "सबै व्यक्तिहरू जन्मजात स्वतन्त्र हुन् ती सबैको समान अधिकार र महत्व छ",
    pa: "ਸਾਰਾ ਮਨੁੱਖੀ ਪਰਿਵਾਰ ਆਪਣੀ ਮਹਿਮਾ ਸ਼ਾਨ ਅਤੇ ਹੱਕਾਂ ਦੇ ਪੱਖੋਂ ਜਨਮ ਤੋਂ ਹੀ ਆਜ਼ਾਦ ਹੈ",
    pt: "Todos os seres humanos nascem livres e iguais em dignidade e em direitos",
    ru: "Все люди рождаются свободными и равными в своем достоинстве и правах",
    sw: "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa",
    ta: "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும் உரிமைகளிலும் சமமானவர்கள்",
    te: "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులును సమానులును నగుదురు",
    th: "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    vi: "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền"
  };

  it.each(Object.entries(articles))("%s is told from the others", (language, text) => {
    const check = (wanted: string) =>
      instructionChecks["language:response_language"]!(
        text,
        {language: wanted},
        {compatible: false, whole: text}
      );
    expect(Object.keys(articles).filter(check)).toEqual([language]);
  });

  it.each(Object.entries(articles))("%s is what the published program's detector finds", (language, text) => {
    expect(publishedLanguage(text)).toBe(language);
  });

  it("of capitals are those the published program's detector guesses", () => {
    // Recorded verdicts of the published program: the first two are no English, the third is.
    expect(publishedLanguage("ONE TWO SOFTWARE SOLUTIONS  \nTWOBY TECH  \nBITWISE BUILDER")).not.toBe("en");
    expect(publishedLanguage("1. *ALICE*\n2. BRIAN\n3. CAROLINE\n4. DAVID")).not.toBe("en");
    expect(publishedLanguage("WHAT WOULD YOU LIKE TO HAVE FOR THE DINNER OF THE NIGHT?")).toBe("en");
    expect(publishedLanguage("1, 2, 3 …")).toBeUndefined();
  });

  it("are judged as the published program does on request, capitals as they stand and keywords as expressions", async () => {
    const of = async (id: string, kwargs: object, output: string, compatible: boolean) =>
      score(instructionFollowing({compatible}), output, {instruction_id_list: [id], kwargs: [kwargs]});
    const existence = ["keywords:existence", {keywords: ["U.S."]}, "the USSR"] as const;
    expect(await of(...existence, false)).toBe(0);
    expect(await of(...existence, true)).toBe(1);
    const name = ["change_case:english_lowercase", {}, "angela merkel"] as const;
    expect(await of(...name, false)).toBe(1);
    expect(await of(...name, true)).toBe(0);
  });
});

describe("countSentences", () => {
  const sentences: [string, number][] = [
    ["", 0],
    ["no end", 1],
    ["One. Two! Three?", 3],
    ['He said "Stop!" Then he left.', 2],
    ["Dr. Smith met Mr. Jones at 5 p.m. in London.", 1],
    ["It costs 3.50 dollars. Fine.", 2],
    ["1. First point\n2. Second point", 3],
    ["Wait... what is it?", 1],
    ["Wait... What is it?", 2],
    ["line one\nline two", 1],
    ["J. Smith wrote it. (He did.) Yes.", 3],
    ["We like fruit, e.g. apples.", 1]
  ];
  for (const [text, count] of sentences) {
    it(`counts ${count} in ${JSON.stringify(text)}`, () => {
      expect(countSentences(text)).toBe(count);
    });
  }
});

it("words are counted with letters of any script and digits", () => {
  expect(countWords("don't stop — Привет, 漢字 42 a_b")).toBe(7);
  expect(countWords("!?")).toBe(0);
});

it("treebank words split punctuation and contractions, not hyphens or abbreviations", () => {
  expect(treebankWords("I'M sure they can't, in the U.S. (COVID-19): \"OK\".")).toEqual([
    "I",
    "'M",
    "sure",
    "they",
    "ca",
    "n't",
    ",",
    "in",
    "the",
    "U.S.",
    "(",
    "COVID-19",
    ")",
    ":",
    "``",
    "OK",
    "''",
    "."
  ]);
});

it("treebank words are those of NLTK 3.9.1: a typographic apostrophe is a word of its own", () => {
  for (const [text, words] of [
    ["I’ve", "I ’ ve"],
    [
      "“Don't” — the boys' 'tis $3.88, (3,36) [x]; gonna cannot",
      "“ Do n't ” — the boys ' 't is $ 3.88 , ( 3,36 ) [ x ] ; gon na can not"
    ],
    [
      "Good muffins cost $3.88\nin New York.  Please buy me\ntwo of them.\nThanks.",
      "Good muffins cost $ 3.88 in New York. Please buy me two of them. Thanks ."
    ]
  ] as const)
    expect(treebankWords(text).join(" ")).toBe(words);
});

describe("instructionFollowing", () => {
  const expected = {
    instruction_id_list: ["punctuation:no_comma", "keywords:frequency"],
    kwargs: [{}, {keyword: "cat", frequency: 1, relation: "at least", num_words: null}]
  };
  it("is 1 when every instruction is followed, with each verdict in the details", async () => {
    const scorer = instructionFollowing();
    expect(await scorer(scoreInput("a cat", expected))).toEqual({
      value: 1,
      details: {followed: [true, true]}
    });
    expect(await scorer(scoreInput("a, cat", expected))).toEqual({
      value: 0,
      details: {followed: [false, true]}
    });
  });
  it("takes any of the eight readings when loose", async () => {
    const loose = instructionFollowing({mode: "loose"});
    for (const output of ["Sure, here:\na cat", "a cat\nSo, there", "Sure, ok\na cat\nBye, you"]) {
      expect(await score(instructionFollowing(), output, expected)).toBe(0);
      expect(await score(loose, output, expected)).toBe(1);
    }
    const quoted = {instruction_id_list: ["startend:quotation"], kwargs: [{}]};
    expect(await score(instructionFollowing(), '*"a"*', quoted)).toBe(0);
    expect(await score(loose, '*"a"*', quoted)).toBe(1);
    expect(await score(loose, "a, cat", expected)).toBe(0);
  });
  it("does not count an empty response as following", async () => {
    const none = {instruction_id_list: ["punctuation:no_comma"], kwargs: [{}]};
    expect(await score(instructionFollowing(), " \n", none)).toBe(0);
    expect(await score(instructionFollowing({mode: "loose"}), "", none)).toBe(0);
  });
  it("fails unknown instructions, missing arguments and malformed rows", async () => {
    for (const [ids, kwargs] of [
      [["made:up"], [{}]],
      [["keywords:existence"], [{}]],
      [["toString"], [{}]],
      [["punctuation:no_comma"], []],
      [[], []]
    ]) {
      expect(await score(instructionFollowing(), "x", {instruction_id_list: ids, kwargs})).toEqual({
        failed: expect.any(String)
      });
    }
    expect(await score(instructionFollowing(), "x", undefined)).toEqual({failed: expect.any(String)});
    const frequency = {
      instruction_id_list: ["keywords:frequency"],
      kwargs: [{keyword: "a", frequency: 1, relation: "about"}]
    };
    expect(await score(instructionFollowing(), "x", frequency)).toEqual({
      failed: expect.stringContaining("relation")
    });
  });
  it("goes by rows, or by the share of instructions followed when told to", async () => {
    const two = {instruction_id_list: ["punctuation:no_comma", "startend:quotation"], kwargs: [{}, {}]};
    const one = {instruction_id_list: ["punctuation:no_comma"], kwargs: [{}]};
    expect(await score(instructionFollowing(), "x", two)).toBe(0);
    expect(instructionFollowing().corpus).toBeUndefined();
    const scorer = instructionFollowing({level: "instruction"});
    const rows = [await scorer(scoreInput("x", two)), await scorer(scoreInput("x", one))];
    expect(rows).toMatchObject([{value: 0.5}, {value: 1}]);
    expect(corpusOf(scorer, rows as {value: number}[])).toBeCloseTo(2 / 3, 12);
    expect(corpusOf(scorer, [])).toBeUndefined();
  });
});
