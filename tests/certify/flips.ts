export interface Flipped {
  readonly name: string;
  readonly at: number;
  readonly bytes: Buffer;
}

/** One of all bytes of these files, with some of its bits turned around. */
export function flipped(files: ReadonlyMap<string, Buffer>, chance: (limit: number) => number): Flipped {
  const all = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  let at = chance(all);
  for (const [name, bytes] of files) {
    if (at < bytes.length) return flippedAt(name, bytes, at, 1 + chance(255));
    at -= bytes.length;
  }
  throw new RangeError('there is nothing to flip');
}

export function flippedAt(name: string, whole: Buffer, at: number, mask: number): Flipped {
  const bytes = Buffer.from(whole);
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  return { name, at, bytes };
}
