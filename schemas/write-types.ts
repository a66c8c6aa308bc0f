/** Makes types.ts from the JSON Schemas beside it: the schemas are the one place where a shape is written down. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const here = new URL('.', import.meta.url);

/** The text that types.ts has to hold for the schemas as they are now. */
export async function typesFromSchemas(): Promise<string> {
  const names = (await readdir(here)).filter((name) => name.endsWith('.schema.json')).sort();
  const parts = await Promise.all(
    names.map(async (name) => {
      const schema = JSON.parse(await readFile(new URL(name, here), 'utf8')) as JSONSchema & { title: string };
      return compile(schema, schema.title, {
        bannerComment: '',
        additionalProperties: false,
        format: false,
        maxItems: 3,
      });
    }),
  );
  return ['// Made from the schemas beside it by `npm run types`.', ...parts].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL('types.ts', here), await typesFromSchemas());
}
