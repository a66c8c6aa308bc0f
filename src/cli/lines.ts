import { closeSync, openSync, readSync } from 'node:fs';

const BYTES_AT_ONCE = 256 * 1024;
const NEWLINE = 0x0a;

/** A file that perhaps is still being written, line by line. */
export interface LineReader {
  /** The next line that has its end; undefined where none has yet. */
  next(): string | undefined;
  /** What stands behind the last end of a line; '' where that is the end of the file. To be asked when `next` has no more. */
  rest(): string;
  close(): void;
}

/** Opens a file of which never more than one line and a bit are in memory: evidence may have hundreds of megabytes. */
export function lineReader(path: string): LineReader {
  const file = openSync(path, 'r');
  const bytes = Buffer.allocUnsafe(BYTES_AT_ONCE);
  // Where in `bytes` the next line begins, and what was read ends.
  let [start, end] = [0, 0];
  // What belongs to a line that has not ended and was read before.
  let open: Buffer[] = [];
  const textTo = (to: number): string => {
    const here = bytes.subarray(start, to);
    if (open.length === 0) return here.toString();
    const text = Buffer.concat([...open, here]).toString();
    open = [];
    return text;
  };
  return {
    next() {
      for (;;) {
        const found = bytes.subarray(start, end).indexOf(NEWLINE);
        if (found !== -1) {
          const line = textTo(start + found);
          start += found + 1;
          return line;
        }
        if (start < end) open.push(Buffer.from(bytes.subarray(start, end)));
        start = 0;
        end = readSync(file, bytes);
        if (end === 0) return undefined;
      }
    },
    rest: () => textTo(end),
    close: () => closeSync(file),
  };
}

/** The lines of a file. */
export function* linesOf(path: string): Generator<string> {
  const reader = lineReader(path);
  try {
    for (let line = reader.next(); line !== undefined; line = reader.next()) yield line;
    yield reader.rest();
  } finally {
    reader.close();
  }
}
