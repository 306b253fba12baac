/** Products in the dihedral group of ten elements: 0 to 4 turn, 5 to 9 mirror. */
function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5);
  return b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5;
}

const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** Verhoeff's check digit (1969) at the end, which finds every single error and swap of neighbours. */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index]);
    for (let times = index % 8; times > 0; times--) digit = PERMUTATION[digit]!;
    check = dihedral(check, digit);
  }
  return check === 0;
}

/** Sum of digits times weights, digit by digit; those beyond the weights do not count. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);
}

/** Sum of the digits of the products of digits and weights. */
export function digitSums(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => {
    const product = weight * Number(digits[index]);
    return sum + Math.floor(product / 10) + (product % 10);
  }, 0);
}

/** Value of a digit or of an upper-case letter: 0 to 9, A is 10, Z is 35. */
export function base36(character: string): number {
  const code = character.charCodeAt(0);
  return code < 58 ? code - 48 : code - 55;
}

/** Whether day and month can be; centuries and leap years are not looked at. */
export function isCalendarDay(day: number, month: number): boolean {
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31)
  );
}

/** Whether the check digit at the end fits (Luhn, ISO/IEC 7812-1); letters count from A as 10. False for an empty string. */
export function luhn(digits: string): boolean {
  let sum = 0;
  let double = false;
  for (let index = digits.length - 1; index >= 0; index--) {
    let digit = base36(digits.charAt(index));
    if (double) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    double = !double;
  }
  return digits.length > 0 && sum % 10 === 0;
}
