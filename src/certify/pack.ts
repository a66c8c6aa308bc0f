/** Makes the files of a bundle from what a run left. */
import type { KeyObject } from 'node:crypto';
import { readEvidence } from '../history/evidence.ts';
import { verdictText } from '../report/verdict-text.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { idOf, linesIn, manifestOf, NAMES, packed, signatureOf, textOf, type Files } from './bundle.ts';
import { objectionsTo } from './objections.ts';
import { readProduct } from './product.ts';
import type { Suite } from './suite.ts';
import { configurationText, reproduceText } from './texts.ts';

export interface Packing {
  /** evidence.ndjson. */
  readonly evidence: Buffer;
  readonly product: { readonly path: string; readonly bytes: Buffer };
  readonly key: KeyObject | undefined;
}

/**
 * The files, or all reasons why the run cannot be certified. Throws UsageError where the product is not described, and
 * EvidenceError where the evidence is none.
 */
export function pack(
  { evidence: bytes, product: written, key }: Packing,
  suite: Suite,
): { readonly files: Files } | { readonly objections: readonly string[] } {
  const product = readProduct(written.path, written.bytes.toString('utf8'));
  const evidence = readEvidence(linesIn(bytes));
  const verdict = verdictOf(evidence, suite.register, suite.rules);
  const objections = objectionsTo(evidence, verdict, suite);
  if (objections.length > 0) return { objections };
  const files = new Map([
    [NAMES.evidence as string, packed(bytes)],
    [NAMES.verdict, Buffer.from(verdictText(verdict))],
    [NAMES.product, written.bytes],
    [NAMES.configuration, Buffer.from(configurationText(evidence))],
    [NAMES.reproduce, Buffer.from(reproduceText(product, evidence, verdict))],
  ]);
  const manifest = textOf(manifestOf(evidence.header.suite, key === undefined ? null : idOf(key), files));
  files.set(NAMES.manifest, manifest);
  if (key !== undefined) files.set(NAMES.signature, textOf(signatureOf(manifest, key)));
  return { files };
}
