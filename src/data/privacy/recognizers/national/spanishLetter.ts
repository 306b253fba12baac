const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Spain: the letter is the number mod 23; X, Y, Z of a foreigner's number stand for 0, 1, 2. */
export function spanishLetter(id: string): boolean {
  const number = id.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return LETTERS[Number(number) % 23] === id.at(-1);
}
