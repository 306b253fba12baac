const NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Spain: the letter is the number mod 23; X, Y, Z of a foreigner's number stand for 0, 1, 2. */
export function spanishNif(id: string): boolean {
  const number = id.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return NIF_LETTERS[Number(number) % 23] === id.at(-1);
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Italy: letters and digits have a value by position, their sum mod 26 is the last letter. */
export function italianFiscalCode(id: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const code = id.charCodeAt(index);
    const value = code < 58 ? code - 48 : code - 65;
    sum += index % 2 === 0 ? ODD[value]! : value;
  }
  return id.charCodeAt(15) - 65 === sum % 26;
}

/** France: 97 minus the number mod 97; 2A and 2B (Corsica) count as 19 and 18. */
export function frenchNir(id: string): boolean {
  const number = id.slice(0, 13).replace("2A", "19").replace("2B", "18");
  return /^\d{13}$/.test(number) && 97 - (Number(number) % 97) === Number(id.slice(13));
}

/** Germany: ISO/IEC 7064 mod 11,10, and exactly one of the first ten digits twice or three times. */
export function germanTaxId(id: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of id.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  if (repeated.length !== 1 || repeated[0]! > 3) return false;
  let product = 10;
  for (const digit of id.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(id[10]);
}

/** Poland: weights 1, 3, 7, 9, and a birth date that exists (the month carries the century). */
export function polishPesel(id: string): boolean {
  const month = Number(id.slice(2, 4)) % 20;
  const day = Number(id.slice(4, 6));
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];
  return weights.reduce((sum, weight, index) => sum + weight * Number(id[index]), 0) % 10 === 0;
}

/** Brazil: two check digits mod 11; eleven equal digits are never given out. */
export function brazilianCpf(id: string): boolean {
  if (/^(\d)\1+$/.test(id)) return false;
  return [9, 10].every((length) => {
    let sum = 0;
    for (let index = 0; index < length; index++) sum += Number(id[index]) * (length + 1 - index);
    return ((sum * 10) % 11) % 10 === Number(id[length]);
  });
}

/** Netherlands: weights 9 to 2 and -1, mod 11. */
export function dutchBsn(id: string): boolean {
  let sum = -Number(id[8]);
  for (let index = 0; index < 8; index++) sum += Number(id[index]) * (9 - index);
  return sum % 11 === 0 && id !== "000000000";
}

/** Products in the dihedral group of ten elements: 0 to 4 turn, 5 to 9 mirror. */
function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5);
  return b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5;
}

const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** India and others: Verhoeff's check digit (1969), which finds every single error and swap of neighbours. */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index]);
    for (let times = index % 8; times > 0; times--) digit = PERMUTATION[digit]!;
    check = dihedral(check, digit);
  }
  return check === 0;
}
