#!/usr/bin/env node
import module from 'node:module';
import { dirname } from 'node:path';

// Looks at the Node version before anything else is imported: undici 8 and vitest 5 die of an unhelpful error under an older one.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `dms-conformance needs Node 22.19 or newer, this is ${process.versions.node}. Install a newer Node and run the same command again.\n`,
  );
  process.exit(2);
}
// Whatever goes wrong in the suite itself must never look like a verdict: Node's own exit code for a crash is 1.
const broken = (error) => {
  process.stderr.write(
    `the suite itself failed, which says nothing about the endpoint: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(70);
};
process.exitCode = 70;
process.on('uncaughtException', broken);
process.on('unhandledRejection', broken);
// Compiling what is imported takes a fifth of a short run; Node keeps the result below the system's temporary directory.
module.enableCompileCache();
const cache = module.getCompileCacheDir();
// Workers look for it there.
if (cache !== undefined) process.env.NODE_COMPILE_CACHE ??= dirname(cache);
const { main } = await import('../dist/src/cli/main.js');
process.exitCode = await main(process.argv.slice(2));
