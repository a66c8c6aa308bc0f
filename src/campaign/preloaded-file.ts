import { readFile } from 'node:fs/promises';
import { readPreloaded, type PreloadedQueue } from '../arrange/preloaded.ts';
import { systemCode, UsageError } from './usage-error.ts';

/** Reads the file of `--arrange preloaded=FILE`; throws UsageError where it does not fit. */
export async function preloadedIn(file: string): Promise<readonly PreloadedQueue[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(
      `The file ${file} of preloaded dead letters cannot be read (${systemCode(error)}). Check its path.`,
    );
  });
  const read = readPreloaded(text);
  if ('queues' in read) return read.queues;
  throw new UsageError(`The file ${file} of preloaded dead letters ${read.problem}.`);
}
