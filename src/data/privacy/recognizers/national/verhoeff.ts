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
