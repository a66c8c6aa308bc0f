import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const BYTES_AT_ONCE = 256 * 1024;

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
  const bytes = Buffer.alloc(BYTES_AT_ONCE);
  const decoder = new StringDecoder('utf8');
  const whole: string[] = [];
  let given = 0;
  // What belongs to a line that has not ended; joined once it has.
  let open: string[] = [];
  const readMore = (): boolean => {
    const read = readSync(file, bytes);
    if (read === 0) return false;
    const [first = '', ...others] = decoder.write(bytes.subarray(0, read)).split('\n');
    open.push(first);
    for (const next of others) {
      whole.push(open.join(''));
      open = [next];
    }
    return true;
  };
  return {
    next() {
      if (given === whole.length) {
        whole.length = 0;
        given = 0;
        while (whole.length === 0) if (!readMore()) return undefined;
      }
      return whole[given++];
    },
    rest: () => open.join('') + decoder.end(),
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
