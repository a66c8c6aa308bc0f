import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Directory of this package. Compiled, this file stands one level deeper below it than as a source. */
export const packageRoot = packageAbove(import.meta.dirname);

/** Version of the suite. */
export const version = versionIn(readFileSync(join(packageRoot, 'package.json'), 'utf8'));

function packageAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : packageAbove(dirname(directory));
}

function versionIn(text: string): string {
  const manifest: unknown = JSON.parse(text);
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  throw new TypeError(`the package.json of ${packageRoot} has no version`);
}
