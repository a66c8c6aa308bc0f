/** The ends of as many numbers as there may be: more than about a hundred thousand cannot be the arguments of one call. */

/** The largest; `otherwise` where there is none, or none that is larger. */
export function largest(numbers: Iterable<number>, otherwise = -Infinity): number {
  let so = otherwise;
  for (const number of numbers) if (number > so) so = number;
  return so;
}

/** The smallest; `otherwise` where there is none, or none that is smaller. */
export function smallest(numbers: Iterable<number>, otherwise = Infinity): number {
  let so = otherwise;
  for (const number of numbers) if (number < so) so = number;
  return so;
}
