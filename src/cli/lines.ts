import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** The lines of a file, of which never more than one and a bit are in memory: evidence may have hundreds of megabytes. */
export function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(256 * 1024);
    const decoder = new StringDecoder('utf8');
    // What belongs to a line that has not ended; joined once it has.
    let open: string[] = [];
    for (let read = 1; read > 0;) {
      read = readSync(file, bytes);
      const [first = '', ...others] = (read > 0 ? decoder.write(bytes.subarray(0, read)) : decoder.end()).split('\n');
      open.push(first);
      for (const next of others) {
        yield open.join('');
        open = [next];
      }
    }
    yield open.join('');
  } finally {
    closeSync(file);
  }
}
