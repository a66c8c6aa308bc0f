import productSchema from '../../schemas/product.schema.json' with { type: 'json' };
import type { Product } from '../../schemas/types.ts';
import { nodeOf, parseWritten, refuseUnknownMembers } from '../campaign/written-file.ts';
import { schemas } from '../history/schemas.ts';

export const MOST_PRODUCT_BYTES = 64 * 1024;

/** @throws UsageError where the text does not describe a product. */
export function readProduct(path: string, text: string): Product {
  const file = parseWritten({ what: 'description of the product', path }, text, {
    yaml: 'name: My queues',
    json: '{"name": "My queues", "version": "1.0", "vendor": "me", "contact": "me@example.org"}',
  });
  const { contents } = file;
  if (contents === undefined)
    throw file.refuse(undefined, 'it holds nothing. Expected name, version, vendor and contact.');
  refuseUnknownMembers(file, contents, Object.keys(productSchema.properties));
  const value = file.value();
  if (!schemas.product.check(value)) {
    const problems = schemas.product.problems();
    throw file.refuse(nodeOf(file, problems), `it does not fit: ${problems}.`);
  }
  return value;
}
