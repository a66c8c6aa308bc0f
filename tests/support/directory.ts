import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OwnDirectory extends AsyncDisposable {
  readonly path: string;
}

/** A directory that is gone when its variable is. */
export async function ownDirectory(): Promise<OwnDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'dms-conformance-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
